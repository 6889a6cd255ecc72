import Glibc
import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX

/// One file being read: a block of it in memory, and the reader that makes rows of it.
final class FilePartition {
  let file: FileReader
  private let reader: any RecordReader
  /// Whether more is waited for at the end of the file.
  private(set) var follows: Bool
  /// A name of the file: the one it was opened by, or the last one that it was found by.
  private(set) var path: String
  /// Searches one after the other that found no name of the file, and between which it did not grow.
  private var searchesWithoutName = 0
  private var offsetAtSearch: Int64 = 0
  /// The column of the event time.
  private let timeName: String
  // Owned here, freed in `deinit`; grows for records longer than a block.
  private var block: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var readOffset: Int64 = 0
  private var isAtEnd = false
  /// Of the bytes that are done with since it was taken last.
  private var sum = ByteSum()
  /// The checksum of the first bytes, once all that it is taken of were read.
  private var head: UInt32?
  private var rejectedThen = RejectedRecords()
  /// What `newPosition` has told of last.
  private var toldLast: ReadMark?
  /// Finds rows without a usable event time; nil where the time of reading is taken.
  private var screen: EventTimeScreen?

  /// Bytes of a block: as much as stays in the processor's second cache.
  private static let blockBytes = 256 << 10

  /// Goes on in an open file where an earlier read has stopped, nil: at the beginning.
  ///
  /// Throws E434 or E435 if what was read up to there is no longer what it was.
  init(
    _ file: FileReader,
    _ path: String,
    _ plan: FileSourcePlan,
    _ source: SourcePlan,
    at position: FilePosition? = nil
  ) throws(WeirError) {
    try position?.check(file, named: path)
    self.file = file
    self.path = path
    follows = plan.follow
    readOffset = position?.offset ?? 0
    timeName = source.schema.eventTime.map { source.schema.fields[$0].name } ?? ""
    screen =
      source.time.isEventTime
      ? EventTimeScreen(maximumAhead: source.time.maxAhead, highest: position?.highest) : nil
    let fields = plan.fields.enumerated().map { index, field in
      RecordField(
        field.name,
        field.type,
        path: field.path,
        unit: WeirFormats.TimeUnit(rawValue: field.unit.rawValue) ?? .milliseconds,
        isNeeded: source.needed.contains(index)
      )
    }
    reader =
      switch plan.format {
      case .json: JSONLinesReader(RecordSchema(fields))
      case .csv(let hasHeader, let delimiter, let nulls):
        CSVReader(
          RecordSchema(fields),
          format: CSVFormat(hasHeader: hasHeader, delimiter: delimiter, nulls: nulls)
        )
      }
    if let position { reader.place = position.place }
    block = .allocate(
      byteCount: Self.blockBytes + FormatLimits.blockSlack,
      alignment: 64
    )
  }

  deinit { block.deallocate() }

  /// Which file it is, whatever its name.
  ///
  /// With `offset` it says where reading goes on, also after a renaming.
  var identity: FileIdentity { file.identity }

  /// Bytes that are done with.
  var offset: Int64 { readOffset - Int64(end - start) }

  /// Where to go on after what was read; `isAtEnd`: nothing was left.
  ///
  /// Nil if that is where the call before has said: a quiet file is asked about again and again.
  /// Throws E434 if the file has become shorter meanwhile.
  func newPosition(isAtEnd: Bool) throws(WeirError) -> FilePosition? {
    let mark = ReadMark(path: path, offset: offset, isAtEnd: isAtEnd && start == end)
    guard mark != toldLast else { return nil }
    toldLast = mark
    return try position(mark)
  }

  private func position(_ mark: ReadMark) throws(WeirError) -> FilePosition {
    let offset = mark.offset
    guard let fingerprint = try FileFingerprint(file, before: offset, head: head) else {
      throw FilePosition.cut(path, size: try file.size(), offset: offset)
    }
    if offset >= FileFingerprint.byteCount { head = fingerprint.head }
    return FilePosition(
      path: path,
      identity: file.identity,
      offset: offset,
      isAtEnd: mark.isAtEnd,
      place: reader.place,
      highest: screen?.highest,
      fingerprint: fingerprint
    )
  }

  /// The length of the file as it is now.
  func size() throws(WeirError) -> Int64 { try file.size() }

  /// The sum of the bytes that are done with since the last call.
  func takeSum() -> UInt64 {
    defer { sum = ByteSum() }
    return sum.value
  }

  // MARK: Names

  /// Notes by which name a search has found the file; nil: by none.
  func noteSearch(name: String?) {
    if let name { path = name }
    let isFound = name != nil || readOffset > offsetAtSearch
    searchesWithoutName = isFound ? 0 : searchesWithoutName + 1
    offsetAtSearch = readOffset
  }

  /// True if the file has no name that matches any more, and has not grown for long.
  var isLost: Bool { follows && searchesWithoutName >= Limits.searchesWithoutName }

  /// Takes the end of the file, as it is now, for the end of the partition.
  func stopFollowing() { follows = false }

  // MARK: Reading

  /// Reads rows until the batch has as many as wanted, or as many bytes as a frame should have; bad
  /// records count as rows, a block of them at a time, so that a file of nothing else is left too.
  ///
  /// True when the file has no more for now.
  func read(
    into batch: Batch,
    maximumRows: Int,
    _ id: PartitionID,
    _ rejected: inout [WeirCore.RejectedRecord],
    _ records: RecordGuard?
  ) throws(WeirError) -> Bool {
    while batch.count + rejected.count < maximumRows, batch.footprint < Limits.batchBytes {
      let isLast = isAtEnd && !follows
      if end > start {
        let from = offset
        let used =
          if let records {
            readSome(into: batch, maximumRows: maximumRows, id, &rejected, records, isLast: isLast)
          } else {
            readBlock(
              start..<end,
              into: batch,
              maximumRows: maximumRows,
              id,
              &rejected,
              isLast: isLast
            )
          }
        sum.add(UnsafeRawBufferPointer(rebasing: block[start..<(start + used)]), at: from)
        start += used
        if used > 0 { continue }
      }
      guard try fill() else { return true }
    }
    return false
  }

  /// Reads records of the block, as many at a time as the guard lets, and rejects those that it keeps
  /// from the parser; returns how many bytes of the block are done with.
  private func readSome(
    into batch: Batch,
    maximumRows: Int,
    _ id: PartitionID,
    _ rejected: inout [WeirCore.RejectedRecord],
    _ records: RecordGuard,
    isLast: Bool
  ) -> Int {
    if records.takesOne || records.mayKeep(at: UInt64(offset)),
      let used = readRecord(into: batch, id, &rejected, records, isLast: isLast)
    {
      return used
    }
    let done = batch.count + rejected.count
    func readNoted(_ range: Range<Int>, isLast: Bool) -> Int {
      records.begin(done: done, most: max(1, maximumRows - done))
      let used = readBlock(
        range,
        into: batch,
        maximumRows: maximumRows,
        id,
        &rejected,
        isLast: isLast
      )
      let first = range.lowerBound
      records.end(UnsafeRawBufferPointer(rebasing: block[first..<(first + used)]))
      return used
    }
    // Up to a record that is kept, if one begins in this block.
    if let next = records.nextKept(after: UInt64(offset)), next < UInt64(readOffset) {
      let used = readNoted(start..<(start + Int(next - UInt64(offset))), isLast: false)
      if used > 0 { return used }
    }
    return readNoted(start..<end, isLast: isLast)
  }

  /// Reads the next record alone, or rejects it; nil if the block does not hold all of it.
  private func readRecord(
    into batch: Batch,
    _ id: PartitionID,
    _ rejected: inout [WeirCore.RejectedRecord],
    _ records: RecordGuard,
    isLast: Bool
  ) -> Int? {
    let rest = UnsafeRawBufferPointer(rebasing: block[start..<end])
    guard let length = reader.length(ofRecordIn: rest, isLast: isLast) else { return nil }
    let bytes = UnsafeRawBufferPointer(rebasing: rest[..<length])
    let place = RecordPlace(offset: UInt64(offset), text: place(of: start))
    if let reason = records.reason(bytes, at: place.offset) {
      var raw = bytes
      while let last = raw.last, last == 0x0a || last == 0x0d {
        raw = UnsafeRawBufferPointer(rebasing: raw.dropLast())
      }
      let record = WeirCore.RejectedRecord(
        partition: id,
        place: place.text,
        reason: reason,
        raw: Array(raw),
        isPoison: true
      )
      rejected.append(record)
      return length
    }
    records.begin(bytes, at: place, done: batch.count + rejected.count)
    defer { records.end() }
    return readRow(start..<(start + length), into: batch, id, &rejected, isLast: true)
  }

  /// Reads records of a part of the block; returns how many of its bytes are done with.
  private func readBlock(
    _ range: Range<Int>,
    into batch: Batch,
    maximumRows: Int,
    _ id: PartitionID,
    _ rejected: inout [WeirCore.RejectedRecord],
    isLast: Bool
  ) -> Int {
    let place = reader.place
    let screenBefore = screen
    let first = batch.count
    rejectedThen.removeAll()
    let used = reader.read(
      UnsafeRawBufferPointer(rebasing: block[range]),
      into: batch,
      maximumRows: maximumRows - first,
      rejected: &rejectedThen,
      isLast: isLast
    )
    if findings(in: batch, from: first).isEmpty {
      for record in rejectedThen.records { rejected.append(describe(record, id, from: start)) }
      return used
    }
    // A row does not know where its record lies: the same bytes are read again, row by row.
    reader.place = place
    screen = screenBefore
    batch.count = first
    var done = 0
    while done < used {
      let from = start + done
      done += readRow(from..<(start + used), into: batch, id, &rejected, isLast: isLast)
    }
    return used
  }

  /// Reads up to one row, and takes it back if its event time cannot be used.
  private func readRow(
    _ range: Range<Int>,
    into batch: Batch,
    _ id: PartitionID,
    _ rejected: inout [WeirCore.RejectedRecord],
    isLast: Bool
  ) -> Int {
    let row = batch.count
    rejectedThen.removeAll()
    let used = reader.read(
      UnsafeRawBufferPointer(rebasing: block[range]),
      into: batch,
      maximumRows: 1,
      rejected: &rejectedThen,
      isLast: isLast
    )
    guard used > 0 else { return range.count }
    for record in rejectedThen.records {
      rejected.append(describe(record, id, from: range.lowerBound))
    }
    guard let finding = findings(in: batch, from: row).first else { return used }
    batch.count = row
    // What stands before the record in these bytes was refused or is white space.
    var first = rejectedThen.records.last.map { $0.offset + $0.length } ?? 0
    var last = used
    let bytes = block[range]
    func isSpace(_ offset: Int) -> Bool { bytes[range.lowerBound + offset] <= 0x20 }
    while first < last, isSpace(first) { first += 1 }
    while first < last, isSpace(last - 1) { last -= 1 }
    let record = WeirFormats.RejectedRecord(
      offset: first,
      length: last - first,
      reason: reason(finding.fault)
    )
    rejected.append(describe(record, id, from: range.lowerBound))
    return used
  }

  /// The rows from one on whose event time is missing, or too far ahead.
  private func findings(in batch: Batch, from first: Int) -> [EventTimeScreen.Finding] {
    screen?.findings(in: batch.times, rows: first..<batch.count, wall: WallClock.now()) ?? []
  }

  private func reason(_ fault: EventTimeScreen.Fault) -> String {
    switch fault {
    case .missing: "field '\(timeName)': expected the event time, found null"
    case .ahead(let microseconds):
      "field '\(timeName)': the event time is \(DurationText.text(microseconds)) ahead, more than "
        + "'max_ahead'"
    }
  }

  /// Reads on behind what is left; false when there is nothing more for now.
  private func fill() throws(WeirError) -> Bool {
    if isAtEnd {
      guard follows, try hasGrown() else { return false }
    }
    let left = end - start
    if start > 0, let base = block.baseAddress {
      memmove(base, base + start, left)
      start = 0
      end = left
    }
    let capacity = block.count - FormatLimits.blockSlack
    if end == capacity { grow() }
    let room = UnsafeMutableRawBufferPointer(
      rebasing: block[end..<(block.count - FormatLimits.blockSlack)]
    )
    let count = try file.read(into: room, at: readOffset)
    isAtEnd = count < room.count
    end += count
    readOffset += Int64(count)
    // At the end of the file what is left is looked at once more, as the last record.
    return count > 0 || (isAtEnd && !follows && end > start)
  }

  /// Whether a file that is being followed has more than was read of it, without reading.
  ///
  /// Such a file only grows, and may get another name.
  ///
  /// One that has lost its name to another file and has no other may have been copied into that one:
  /// what of it would be new is not guessed at.
  private func hasGrown() throws(WeirError) -> Bool {
    let hint = "rotate files by renaming them, to a name that the path's pattern matches or not"
    let size = try file.size()
    guard size >= readOffset else {
      throw WeirError(
        "E415",
        "'\(path)' became shorter while it was being followed",
        detail: "\(size) bytes, of which \(readOffset) had been read",
        hint: hint
      )
    }
    guard size == readOffset else { return true }
    // Gone without a successor: the next searches tell.
    guard let successor = try FileReader.identity(of: path), successor != file.identity,
      try !file.hasName()
    else { return false }
    throw WeirError("E416", "'\(path)' was replaced while it was being followed", hint: hint)
  }

  private func grow() {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: block.count * 2,
      alignment: 64
    )
    larger.copyMemory(from: UnsafeRawBufferPointer(block))
    block.deallocate()
    block = larger
  }

  /// Where a record begins, for people.
  private func place(of position: Int) -> String {
    "\(path), byte \(offset + Int64(position - start))"
  }

  private func describe(
    _ record: WeirFormats.RejectedRecord,
    _ id: PartitionID,
    from first: Int
  ) -> WeirCore.RejectedRecord {
    let from = first + record.offset
    let raw = Array(block[from..<min(from + record.length, end)])
    return WeirCore.RejectedRecord(
      partition: id,
      place: place(of: from),
      reason: record.reason,
      raw: raw
    )
  }
}

/// How far a file was read, as far as it takes to know whether that has changed.
private struct ReadMark: Hashable {
  var path: String
  var offset: Int64
  var isAtEnd: Bool
}
