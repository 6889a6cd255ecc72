import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// The parts of a file sink: written under hidden names, visible under final ones when committed.
///
/// ```text
///     write -> hidden, grows
///     prepare -> hidden, durable, read back; length and checksum go into the snapshot
///     commit -> final
///     restore -> removed, unless a snapshot keeps it; what is visible of later epochs is withdrawn
/// ```
///
/// What is prepared says itself what is to be done, so any incarnation can commit it, as often as it
/// is asked to. A reader sees parts whole or not at all.
final class FileSink: SinkGateway {
  private let plan: FileSinkPlan
  private let names: PartNames
  private let run: String
  private let instance: InstanceID
  private let incarnation: Incarnation
  private let cut: PartCut
  private let delivery: WeirCore.Delivery
  /// True if no other instance of the sink writes into the folder.
  private let isAlone: Bool
  private let writers: [EdgeIndex: any RecordWriter]
  /// What stands before the first record of each part.
  private let header: [UInt8]
  private let text = RecordText()

  /// The part that is being written; nil as long as the epoch has no row.
  private var file: FileWriter?
  private var checksum = Checksum()
  /// What was read back of the part so far.
  private var readBack: PartReading?
  private var rows = 0
  /// Parts that this incarnation has made durable and read back, by their hidden names.
  private var verified: [String: FileIdentity] = [:]
  /// The epoch that may be prepared next, at the earliest.
  private var next = Epoch(1)
  /// Something was prepared since the beginning, as far as this incarnation knows.
  private var hasPrepared = false
  /// Why the rows of this part can be made durable no more, under no epoch.
  private var loss: WeirError?

  /// Makes the folder of the parts.
  init(
    _ plan: FileSinkPlan,
    run: String,
    instance: InstanceID,
    incarnation: Incarnation,
    cut: PartCut,
    delivery: WeirCore.Delivery,
    isAlone: Bool,
    writers: [EdgeIndex: any RecordWriter],
    header: [UInt8]
  ) throws(WeirError) {
    self.plan = plan
    self.run = run
    self.instance = instance
    self.incarnation = incarnation
    self.cut = cut
    self.delivery = delivery
    self.isAlone = isAlone
    self.writers = writers
    self.header = header
    names = PartNames(plan.path)
    try Folder.create(names.folder)
  }

  // MARK: Writing

  func write(_ batch: Batch, edge: EdgeIndex) throws(WeirError) {
    guard let writer = writers[edge] else { return }
    try text.write(batch, writer) { records, count throws(WeirError) in
      try append(records, rows: count)
    }
  }

  /// Appends formatted records to the part, which begins with the first of them.
  ///
  /// When it throws, none of them is in the part.
  func append(_ records: UnsafeRawBufferPointer, rows count: Int) throws(WeirError) {
    if let loss { throw loss }
    let file = try openPart()
    try file.append(records)
    checksum.add(records)
    rows += count
    try sendOn(file)
  }

  /// Bytes after which a part is sent on its way to the disk, and read back.
  private static let sentBytes: Int64 = 8 << 20

  /// Does now what `prepare` would have to do for all of a large part at once.
  private func sendOn(_ file: FileWriter) throws(WeirError) {
    guard let readBack, file.written - readBack.offset >= Self.sentBytes else { return }
    file.sendOn()
    try readBack.read(to: file.written)
  }

  private func openPart() throws(WeirError) -> FileWriter {
    if let file { return file }
    let opened = try FileWriter(creating: hiddenPath(next))
    checksum = Checksum()
    readBack = try PartReading(opened.path)
    rows = 0
    let header = self.header
    try header.span.withUnsafeBytes { raw throws(WeirError) in
      try opened.append(raw)
      self.checksum.add(raw)
    }
    file = opened
    return opened
  }

  // Rows are not visible before their part is committed: there is nobody to hand them to.
  func flush() {}

  var hasReader: Bool { true }

  // MARK: Names

  private func hiddenPath(_ epoch: Epoch) -> String {
    switch cut {
    case .atEnd:
      names.hidden(run: run, sink: instance.stage, epoch: Epoch(1), incarnation: incarnation)
    case .eachEpoch:
      path(
        PartNames.hidden(run: run, sink: instance.stage, epoch: epoch, incarnation: incarnation)
      )
    }
  }

  /// A bounded run that leaves one part gives it the path's own name.
  private func finalPath(_ epoch: Epoch, isLast: Bool) throws(WeirError) -> String {
    switch cut {
    case .atEnd:
      return plan.isSinglePart
        ? names.single : names.part(epoch: Epoch(1), instance: instance.index)
    case .eachEpoch:
      if isLast, plan.isSinglePart, !hasPrepared, try names.existing().isEmpty {
        return names.single
      }
      return names.part(epoch: epoch, instance: instance.index)
    }
  }

  private func path(_ name: String) -> String { "\(names.folder)/\(name)" }

  private func name(_ path: String) -> String { String(path.dropFirst(names.folder.count + 1)) }

  // MARK: Prepare

  func prepare(_ epoch: Epoch, isLast: Bool) throws(WeirError) -> [PreparedOutput] {
    if let loss { throw loss }
    if file == nil, cut == .eachEpoch {
      next = Epoch(max(next.number, epoch.number + 1))
      return []
    }
    let file = try openPart()
    Failpoint.prepareBegun.reached()
    // Begun under the number that was likely: epochs that failed have used it, or passed it by.
    let hidden = hiddenPath(epoch)
    if file.path != hidden {
      try file.rename(to: hidden)
      Failpoint.partRenumbered.reached()
    }
    let final = try finalPath(epoch, isLast: isLast)
    do {
      try file.sync()
    } catch {
      if PosixErrors.isFileLost(error) { loss = error }
      throw error
    }
    Failpoint.partSynced.reached()
    let part = PreparedPart(
      hidden: name(hidden),
      final: name(final),
      length: file.length,
      rows: rows,
      checksum: checksum.value
    )
    guard let readBack, try readBack.isWhole(part),
      try FileReader.identity(of: hidden) == readBack.identity
    else {
      let error = Self.changed(hidden, part, "it does not read back as it was written")
      loss = error
      throw error
    }
    // The hidden name too must outlive a power failure: the manifest is going to name it.
    try Folder.sync(names.folder)
    Failpoint.partPrepared.reached()
    file.close()
    verified[part.hidden] = readBack.identity
    self.file = nil
    self.readBack = nil
    next = Epoch(max(next.number, epoch.number + 1))
    hasPrepared = true
    return [PreparedOutput(epoch: epoch, text: part.text)]
  }

  /// Whether a file is what was prepared; nil if there is none.
  ///
  /// A large one that this incarnation has read back itself is not read once more.
  private func isWhole(_ path: String, _ part: PreparedPart) throws(WeirError) -> Bool? {
    guard let identity = try FileReader.identity(of: path) else { return nil }
    let reader = try FileReader(path)
    guard try reader.size() == part.length else { return false }
    if part.length > Self.sentBytes, verified[part.hidden] == identity { return true }
    return try reader.checksum(of: 0..<part.length) == part.checksum
  }

  // MARK: Commit

  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) throws(WeirError) {
    for output in outputs {
      let part = try PreparedPart(output.text)
      try publish(part)
      if output.epoch < epoch { Failpoint.earlierPartRenamed.reached() }
      verified[part.hidden] = nil
    }
    // Also when all were renamed already: the one who did it may have died before this.
    if !outputs.isEmpty { try Folder.sync(names.folder) }
  }

  private func publish(_ part: PreparedPart) throws(WeirError) {
    let hidden = path(part.hidden)
    let final = path(part.final)
    guard let isHiddenWhole = try isWhole(hidden, part) else {
      switch try isWhole(final, part) {
      case true: return
      case false: throw Self.changed(final, part, "\"\(hidden)\" is gone, and this is another file")
      case nil: throw Self.missing(part, hidden: hidden, final: final)
      }
    }
    guard isHiddenWhole else {
      throw Self.changed(hidden, part, "it was changed after it was prepared")
    }
    do {
      try Folder.rename(hidden, to: final)
      Failpoint.partRenamed.reached()
    } catch {
      // Where renaming takes two steps, a crash between them leaves both names to one file.
      guard PosixErrors.isTaken(error),
        try FileReader.identity(of: hidden) == FileReader.identity(of: final)
      else { throw error }
      try Folder.removeTree(hidden)
    }
  }

  private static func changed(_ path: String, _ part: PreparedPart, _ reason: String) -> WeirError {
    WeirError(
      "E431",
      "\"\(path)\" is not the part that was prepared",
      detail: "expected \(part.length) bytes with the checksum "
        + "\(String(part.checksum, radix: 16)); \(reason)",
      hint: "leave files alone whose names begin with '.weir-', and suspect the disk"
    )
  }

  private static func missing(_ part: PreparedPart, hidden: String, final: String) -> WeirError {
    WeirError(
      "E432",
      "the prepared part \"\(hidden)\" has gone",
      detail: "\(part.rows) rows; there is no \"\(final)\" either",
      hint: "somebody removed or moved it before it was read: bring it back, then run again"
    )
  }

  // MARK: Restore

  func restore(
    _ epoch: Epoch,
    keeping outputs: [PreparedOutput],
    isFinished: Bool
  ) throws(WeirError) -> WeirError? {
    try file?.discard()
    file = nil
    readBack = nil
    verified = [:]
    loss = nil
    hasPrepared = !outputs.isEmpty
    let last = outputs.reduce(epoch) { max($0, $1.epoch) }
    next = Epoch(last.number + 1)
    guard cut == .eachEpoch else { return nil }
    // Output of which nobody knows whether it became visible is asked for no more.
    var kept: [String] = []
    if delivery != .atMostOnce {
      for output in outputs { kept.append(try PreparedPart(output.text).hidden) }
    }
    for name in try Folder.names(in: names.folder) where !kept.contains(name) {
      guard let writer = PartNames.writer(of: name, run: run, sink: instance.stage) else {
        continue
      }
      // An older incarnation is fenced if it was this instance's: it had ended before this one
      // began. With several instances it may be another's, which lives.
      guard writer.incarnation == incarnation || isAlone && writer.incarnation < incarnation else {
        continue
      }
      try Folder.removeTree(path(name))
    }
    // What is shown early may be shown again; the output of any other epoch is shown only once its
    // checkpoint is complete. If the run goes back behind that, it was damaged, and the rows come again.
    guard delivery != .atLeastOnce, epoch > .none else { return nil }
    let later = try names.parts(
      after: epoch,
      isFinished: isFinished,
      of: isAlone ? nil : instance.index
    )
    let withdrawal = Withdrawal(
      sink: instance.stage,
      after: epoch,
      try names.withdraw(later, .partWithdrawn)
    )
    return withdrawal.warning
  }
}
