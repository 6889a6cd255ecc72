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

  /// Bytes of a block: as much as stays in the processor's second cache.
  private static let blockBytes = 256 << 10

  init(_ path: String, _ plan: FileSourcePlan, _ source: SourcePlan) throws(WeirError) {
    file = try FileReader(path)
    follows = plan.follow
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
        let used = reader.read(
          UnsafeRawBufferPointer(rebasing: block[start..<end]),
          into: batch,
          maximumRows: maximumRows,
          rejected: &rejectedThen,
          isLast: isLast
        )
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
    isAtEnd = count < room.count
    end += count
    readOffset += Int64(count)
    // At the end of the file what is left is looked at once more, as the last record.
    return count > 0 || (isAtEnd && !follows && end > start)
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
