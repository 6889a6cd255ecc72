import Glibc
import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX

/// One file being read: a block of it in memory, and the reader that makes rows of it.
final class FilePartition {
  private let file: FileReader
  private let reader: any RecordReader
  private let follows: Bool
  // Owned here, freed in `deinit`; grows for records longer than a block.
  private var block: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var readOffset: Int64 = 0
  private var isAtEnd = false
  private var rejectedThen = RejectedRecords()
  /// Rows whose event time cannot be used; nil for a source that takes the time of reading.
  private var screen: EventTimeScreen?

  /// Bytes of a block: as much as stays in the processor's second cache.
  private static let blockBytes = 256 << 10

  init(_ path: String, _ plan: FileSourcePlan, _ source: SourcePlan) throws(WeirError) {
    file = try FileReader(path)
    follows = plan.follow
    if source.time.isEventTime {
      screen = EventTimeScreen(maximumAhead: source.time.maxAhead)
    }
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
    block = .allocate(
      byteCount: Self.blockBytes + FormatLimits.blockSlack,
      alignment: 64
    )
  }

  deinit { block.deallocate() }

  /// Bytes that are done with.
  var position: Int64 { readOffset - Int64(end - start) }

  /// The length of the file as it is now.
  func size() throws(WeirError) -> Int64 { try file.size() }

  /// Reads rows until the batch has as many as wanted; true when the file has no more for now.
  func read(
    into batch: Batch,
    maximumRows: Int,
    _ id: PartitionID,
    _ rejected: inout [WeirCore.RejectedRecord]
  ) throws(WeirError) -> Bool {
    while batch.count < maximumRows {
      let isLast = isAtEnd && !follows
      if end > start {
        rejectedThen.removeAll()
        let before = batch.count
        let used = reader.read(
          UnsafeRawBufferPointer(rebasing: block[start..<end]),
          into: batch,
          maximumRows: maximumRows,
          rejected: &rejectedThen,
          isLast: isLast
        )
        screenTimes(of: batch, from: before, consumed: used)
        for record in rejectedThen.records { rejected.append(describe(record, id)) }
        start += used
        if used > 0 { continue }
      }
      guard try fill() else { return true }
    }
    return false
  }

  /// Reads on behind what is left; false when there is nothing more for now.
  private func fill() throws(WeirError) -> Bool {
    if isAtEnd && !follows { return false }
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
    if count == 0, follows { try checkIdentity() }
    isAtEnd = count < room.count
    end += count
    readOffset += Int64(count)
    // At the end of the file what is left is looked at once more, as the last record.
    return count > 0 || (isAtEnd && !follows && end > start)
  }

  /// A file that is being followed only grows: what happened to it otherwise is not guessed at.
  private func checkIdentity() throws(WeirError) {
    let size = try file.size()
    guard size >= readOffset else {
      throw WeirError(
        "E415",
        "'\(file.path)' became shorter while it was being followed",
        detail: "\(size) bytes, of which \(readOffset) had been read",
        hint: "rotate files by giving the new one a new name that the path's pattern matches",
        blame: .environment
      )
    }
    guard try FileReader.identity(of: file.path) == file.identity else {
      throw WeirError(
        "E416",
        "'\(file.path)' was replaced while it was being followed",
        hint: "rotate files by giving the new one a new name that the path's pattern matches",
        blame: .environment
      )
    }
  }

  /// Takes rows out whose event time cannot be used, and rejects their records.
  private func screenTimes(of batch: Batch, from first: Int, consumed: Int) {
    guard screen != nil, batch.count > first else { return }
    let findings =
      screen?.findings(
        in: batch.times,
        rows: first..<batch.count,
        wall: WallClock.now()
      ) ?? []
    guard !findings.isEmpty else { return }
    let lines = acceptedLines(consumed: consumed)
    let name = batch.schema.eventTime.map { batch.schema.fields[$0].name } ?? ""
    for finding in findings {
      let line = lines[min(finding.row - first, lines.count - 1)]
      rejectedThen.records.append(
        WeirFormats.RejectedRecord(
          offset: line.lowerBound,
          length: line.count,
          reason: Self.reason(finding.fault, name)
        )
      )
    }
    rejectedThen.records.sort { $0.offset < $1.offset }
    batch.remove(rows: findings.map(\.row))
  }

  private static func reason(_ fault: EventTimeScreen.Fault, _ name: String) -> String {
    switch fault {
    case .missing: "event time '\(name)' is null"
    case .ahead(let microseconds):
      "event time '\(name)' is \(DurationText.text(microseconds)) ahead of everything before it "
        + "and of the clock"
    }
  }

  /// Where the records that became rows lie in the block, in order: those that were not rejected.
  ///
  /// Only for messages about rare rows, so it walks the lines again.
  private func acceptedLines(consumed: Int) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var offset = 0
    while offset < consumed {
      let rest = block[(start + offset)..<(start + consumed)]
      let end = (rest.firstIndex(of: UInt8(ascii: "\n")) ?? start + consumed) - start
      let isRejected = rejectedThen.records.contains { $0.offset == offset }
      if end > offset, !isRejected { lines.append(offset..<end) }
      offset = end + 1
    }
    return lines.isEmpty ? [0..<consumed] : lines
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

  private func describe(
    _ record: WeirFormats.RejectedRecord,
    _ id: PartitionID
  ) -> WeirCore.RejectedRecord {
    let from = start + record.offset
    let raw = Array(block[from..<min(from + record.length, end)])
    return WeirCore.RejectedRecord(
      partition: id,
      place: "\(file.path), byte \(position + Int64(record.offset))",
      reason: record.reason,
      raw: raw
    )
  }
}
