import Glibc
import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// Files as partitions: each is read in blocks, and parsed by schema straight into columns.
///
/// Files that are read once are those that the coordinator has listed. A source that follows its
/// files finds them itself, at the start and later on, in every process: a file belongs to the
/// process that its identity says, whatever its name, so that each is taken by exactly one and one
/// that is renamed stays where it is. It is never read twice as long as it is open here, for no
/// other file can get its inode meanwhile. After a restore files go on under their numbers, known by
/// inode and fingerprint, so that they are not found again as new; what was found after the checkpoint
/// is known from `FollowedFiles`, and begins anew, wherever it was renamed to.
final class FileSource: SourceGateway {
  private let plan: FileSourcePlan
  private let source: SourcePlan
  private let share: FileShare
  private let schema: Schema
  private let rows: Int
  /// What is remembered of the files that are followed; nil: there is no going back.
  private let followed: FollowedFiles?
  private let pool = BatchPool()
  /// The paths of all files that were listed: which of them are this instance's can change.
  private let listed: [PartitionID: String]
  private var partitions: [PartitionID: FilePartition] = [:]
  /// Partitions that are at their end without a file being open; with what people should know.
  private var ended: [PartitionID: WeirError?] = [:]
  /// The partitions that are open, in the order in which they were found.
  private var open: [PartitionID] = []
  /// Partitions that a restore has brought back and no checkpoint knows: the next search finds them.
  private var again: [PartitionID] = []
  /// How many files this process has found itself.
  private var found = 0
  private(set) var progress: (read: Int64, total: Int64) = (0, 0)

  /// Makes a source that has to seek before it reads; no paths if it finds its files itself.
  init(
    _ plan: FileSourcePlan,
    source: SourcePlan,
    share: FileShare,
    output: Schema,
    paths: [(PartitionID, String)],
    rows: Int,
    followed: FollowedFiles? = nil
  ) {
    self.plan = plan
    self.followed = followed
    self.source = source
    self.share = share
    self.rows = rows
    schema = output
    listed = Dictionary(uniqueKeysWithValues: paths)
  }

  private func add(_ opened: FilePartition, as id: PartitionID) throws(WeirError) {
    progress.total += try opened.size()
    progress.read += opened.offset
    partitions[id] = opened
    open.append(id)
  }

  // MARK: Reading

  func read(
    _ request: ReadRequest,
    _ records: RecordGuard? = nil
  ) throws(WeirError) -> SourceRows {
    guard case .partition(let id) = request.scope else {
      preconditionFailure("files are read by partition, not by \(request)")
    }
    if let warning = ended.removeValue(forKey: id) {
      let none = pool.take(schema, rows: rows)
      return SourceRows(origin: .partition(id), batch: none, next: .ended, warning: warning)
    }
    guard let partition = partitions[id] else { preconditionFailure("no partition for \(request)") }
    let batch = pool.take(schema, rows: rows)
    let before = partition.offset
    var rejected: [WeirCore.RejectedRecord] = []
    func read() throws(WeirError) -> Bool {
      try partition.read(into: batch, maximumRows: request.maximumRows, id, &rejected, records)
    }
    var isAtEnd = try read()
    if isAtEnd, partition.isLost {
      // What stands behind the last line break is the last record: nobody will finish it.
      partition.stopFollowing()
      isAtEnd = try read()
    }
    progress.read += partition.offset - before
    var rows = SourceRows(origin: .partition(id), batch: batch, rejected: rejected)
    if let position = try partition.newPosition(isAtEnd: isAtEnd) {
      rows.position = SourcePosition(position.text)
      try followed?.noteRead(position.extent, of: id)
    }
    rows.fingerprints = [partition.takeSum()]
    guard isAtEnd else { return rows }
    rows.next = partition.follows ? .waiting : .ended
    if plan.follow, rows.next == .ended {
      rows.warning = Self.lost(partition.path, offset: partition.offset)
      partitions[id] = nil
      open.removeAll { $0 == id }
    }
    return rows
  }

  func recycle(_ batch: Batch) { pool.give(batch) }

  private static func lost(_ path: String, offset: Int64) -> WeirError {
    WeirError(
      "E417",
      "'\(path)' has gone and is no longer followed",
      detail: offset > 0
        ? "\(offset) bytes of it were read, which is all it had" : "nothing of it had been read",
      hint: "remove or rename files only when nobody writes to them any more"
    )
  }

  // MARK: Going on

  func seek(
    _ requests: [RestoreRequest.Partition],
    newFrom: PartitionID
  ) throws(WeirError) {
    // A file that is open here can be read on whatever has become of its name.
    let held = open.compactMap { partitions[$0]?.file }
    partitions = [:]
    ended = [:]
    open = []
    again = []
    found = followed?.next ?? 0
    progress = (0, 0)
    for request in requests {
      let id = request.partition
      if plan.follow { found = max(found, share.ordinal(of: id) + 1) }
      if let known = request.position {
        try goOn(id, FilePosition(known.text), held)
      } else if let path = listed[id] {
        try add(FilePartition(FileReader(path), path, plan, source), as: id)
      } else if let file = followed?.file(id) {
        try beginAgain(file, held)
      } else {
        // Found and not begun when the checkpoint was: it is found again, under another number.
        ended.updateValue(nil, forKey: id)
      }
    }
    // The newest first: it has the inode that an older one may have left to it.
    for file in try followed?.files(from: newFrom.number).reversed() ?? [] {
      try beginAgain(file, held)
      again.insert(file.partition, at: 0)
    }
  }

  /// Opens a file anew that was found, and of whose rows the checkpoint has none.
  private func beginAgain(
    _ known: FollowedFile,
    _ held: [FileReader]
  ) throws(WeirError) {
    let id = known.partition
    if let file = held.first(where: { $0.identity == known.identity }) {
      try add(FilePartition(file, known.path, plan, source), as: id)
      return
    }
    let extent = try followed?.extent(of: id)
    let taken = open.compactMap { partitions[$0]?.identity }
    let search = FileSearch(pattern: plan.path)
    let again = try search.find(known.identity, lastAt: known.path) { file throws(WeirError) in
      guard !taken.contains(file.identity) else { return false }
      return try extent.map { extent throws(WeirError) in try extent.isIn(file) } ?? true
    }
    if let (file, path) = again {
      try add(FilePartition(file, path, plan, source), as: id)
    } else if extent?.offset == 0 {
      ended[id] = Self.lost(known.path, offset: 0)
    } else {
      throw FilePosition.gone(
        known.path,
        extent.map { "\($0.offset) bytes of it were read" } ?? "it is not known what was read of it"
      )
    }
  }

  /// Opens a partition where a checkpoint says.
  private func goOn(
    _ id: PartitionID,
    _ position: FilePosition,
    _ held: [FileReader]
  ) throws(WeirError) {
    if let path = listed[id], path != position.path {
      throw WeirError(
        "E433",
        "cannot tell where to go on reading '\(path)'",
        detail: "the position of \(id) is one in '\(position.path)'",
        blame: .weir
      )
    }
    if position.isAtEnd, !plan.follow {
      progress.total += position.offset
      progress.read += position.offset
      ended.updateValue(nil, forKey: id)
      return
    }
    if let file = held.first(where: { $0.identity == position.identity }) {
      try add(FilePartition(file, position.path, plan, source, at: position), as: id)
    } else if let (file, path) = try reopen(position, id) {
      try add(FilePartition(file, path, plan, source, at: position), as: id)
    } else {
      ended[id] = Self.lost(position.path, offset: position.offset)
    }
  }

  /// Opens the file of a position, under the name it has now.
  ///
  /// Nil if it has gone and was read to its end. Throws E435 or E436 if it was not, or if more was read
  /// of it than the checkpoint has.
  private func reopen(
    _ position: FilePosition,
    _ id: PartitionID
  ) throws(WeirError) -> (FileReader, String)? {
    let named = try FileReader.identity(of: position.path)
    if let named, position.isOf(named) { return (try FileReader(position.path), position.path) }
    if plan.follow {
      let search = FileSearch(pattern: plan.path)
      let found = try search.find(position.identity, lastAt: position.path) {
        file throws(WeirError) in try position.isUnchanged(in: file)
      }
      if let found { return found }
      let read = try followed?.extent(of: id)?.offset ?? 0
      guard read <= position.offset else {
        throw FilePosition.gone(
          position.path,
          "\(read) bytes of it were read, of which the checkpoint has \(position.offset)"
        )
      }
      if position.isAtEnd { return nil }
    }
    guard named == nil else {
      throw FilePosition.replaced(position.path, "another file has its name")
    }
    throw FilePosition.gone(position.path, "\(position.offset) bytes of it were read")
  }

  // MARK: Finding files

  /// Looks at all files that match the pattern now, and opens those of this process that are new.
  func findPartitions() throws(WeirError) -> [PartitionID] {
    var names: [FileIdentity: String] = [:]
    var known: [FileIdentity: String] = [:]
    for id in open { if let file = partitions[id] { known[file.identity] = file.path } }
    var new: [(id: PartitionID, file: FilePartition)] = []
    for path in try Glob(plan.path).paths() {
      // A file can vanish while we look.
      guard let identity = try FileReader.identity(of: path), share.owns(identity) else { continue }
      if let last = known[identity] {
        // Of several names of one file the one it had is kept.
        if names[identity] == nil || path == last { names[identity] = path }
      } else if let opened = try openNew(path, known) {
        new.append((share.partition(found + new.count), opened))
        known[opened.identity] = path
        names[opened.identity] = path
      }
    }
    let files = new.map { FollowedFile($0.id, path: $0.file.path, identity: $0.file.identity) }
    try followed?.note(files, open: open)
    found += new.count
    for (id, file) in new { try add(file, as: id) }
    for id in open {
      guard let partition = partitions[id] else { continue }
      partition.noteSearch(name: names[partition.identity])
    }
    defer { again = [] }
    return again + new.map(\.id)
  }

  /// Opens a file that was new a moment ago; nil if its name leads elsewhere by now.
  private func openNew(
    _ path: String,
    _ known: [FileIdentity: String]
  ) throws(WeirError) -> FilePartition? {
    let opened: FilePartition
    do throws(WeirError) {
      opened = try FilePartition(FileReader(path), path, plan, source)
    } catch {
      if try FileReader.identity(of: path) == nil { return nil }
      throw error
    }
    // The next search finds it, in the process that it belongs to.
    guard share.owns(opened.identity), known[opened.identity] == nil else { return nil }
    return opened
  }
}

/// Which of the files that a source follows belong to one of its processes.
struct FileShare: Hashable, Sendable {
  let process: Int
  let processes: Int

  /// Whether the process reads that file: exactly one does, whatever the name of the file.
  ///
  /// Inodes are often given out in turn, and so are files that were made one after the other. The
  /// device says nothing: it may have another number when the run goes on.
  func owns(_ identity: FileIdentity) -> Bool {
    Int(identity.inode % UInt64(processes)) == process
  }

  /// The number of the nth file that the process has found, which no other partition has.
  ///
  /// Partition p belongs to process p mod `processes`, as where the coordinator lists the files.
  func partition(_ n: Int) -> PartitionID { PartitionID(process + n * processes) }

  /// The n of a partition that the process has found.
  func ordinal(of partition: PartitionID) -> Int { (partition.number - process) / processes }
}
