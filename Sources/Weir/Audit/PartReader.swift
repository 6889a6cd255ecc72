import Glibc
import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX

/// Reads back what a sink has written: how many rows, and their fingerprint.
///
/// Rows are parsed by the schema that they were sent with, and written once more: bytes that differ
/// from those in the file were not written by the sink. So nothing in a file goes unseen: no other
/// value, no further field, no white space, no line that was cut.
final class PartReader {
  /// Rows of one look.
  private final class Shape {
    let reader: any RecordReader
    let writer: any RecordWriter
    let fingerprint: OutputFingerprint
    let batch: Batch

    init(_ schema: Schema, _ format: SinkFormat) {
      let fields = schema.fields.map { RecordField($0.name, $0.type) }
      switch format {
      case .json:
        reader = JSONLinesReader(RecordSchema(fields))
        writer = JSONLinesWriter(schema)
      case .csv(let hasHeader, let delimiter, let nulls):
        let format = CSVFormat(hasHeader: hasHeader, delimiter: delimiter, nulls: nulls)
        reader = CSVReader(RecordSchema(fields), format: format)
        writer = CSVWriter(schema, format: format)
      }
      fingerprint = OutputFingerprint(schema, capacity: PartReader.rows)
      batch = Batch(schema, capacity: PartReader.rows)
    }
  }

  private let shapes: [Shape]
  /// The names of each shape, where lines have to be told apart.
  private let keys: [UInt64?]
  private let header: [UInt8]
  private let names: [String]?
  private let all = SelectionBuffer(capacity: PartReader.rows)
  private let text = TextBuffer()
  private var rejected = RejectedRecords()
  // Grows for lines longer than a block; freed in `deinit`.
  private var block: UnsafeMutableRawBufferPointer
  private var content: PartContent
  private var hasDiffered = false

  /// Rows that are looked at together.
  private static let rows = 1024
  private static let blockBytes = 1 << 20

  /// Makes a reader for rows of these columns, none of them hidden; of CSV there is one shape.
  init(_ schemas: [Schema], format: SinkFormat) {
    shapes = schemas.map { Shape($0, format) }
    keys = schemas.count == 1 ? [] : schemas.map { Self.keys(of: $0) }
    let text = TextBuffer()
    shapes.first?.writer.writeHeader(into: text)
    header = Array(text.bytes)
    names = header.isEmpty ? nil : schemas.first.map { $0.fields.map(\.name) }
    block = .allocate(byteCount: Self.blockBytes + FormatLimits.blockSlack, alignment: 64)
    content = PartContent(shapes: schemas.count)
  }

  deinit { block.deallocate() }

  private static func keys(of schema: Schema) -> UInt64? {
    let batch = Batch(schema, capacity: 1)
    for column in batch.columns { column.appendNull(at: 0) }
    batch.count = 1
    let text = TextBuffer()
    JSONLinesWriter(schema).write(batch, nil, into: text)
    return KeyWalk.hash(UnsafeRawBufferPointer(rebasing: text.bytes.dropLast()))
  }

  // MARK: Reading

  /// All rows of a file; throws E101, E102 or E114.
  ///
  /// O(bytes).
  func read(_ path: String) throws(WeirError) -> PartContent {
    let file = try FileReader(path)
    return try read(file, 0..<(try file.size()))
  }

  /// The rows in some of a file's bytes, which begin a line and end with one; throws E102.
  ///
  /// O(bytes).
  func read(_ file: FileReader, _ range: Range<Int64>) throws(WeirError) -> PartContent {
    content = PartContent(shapes: shapes.count)
    hasDiffered = false
    for shape in shapes {
      var place = ReaderPlace.start
      place.isAtStart = false
      place.header = names
      shape.reader.place = place
    }
    var (start, end) = (0, 0)
    var left = range
    var isAtEnd = left.isEmpty
    var isPastHeader = header.isEmpty || range.lowerBound > 0
    while !content.hasLongLine {
      if start < end || isAtEnd {
        let bytes = UnsafeRawBufferPointer(rebasing: block[start..<end])
        if !isPastHeader, bytes.count >= header.count || isAtEnd {
          guard bytes.starts(with: header) else {
            content.note(.init(before: "its header is not the one that was written"))
            return content
          }
          isPastHeader = true
          start += header.count
          content.lines += 1
          continue
        }
        let used = isPastHeader ? take(bytes, isLast: isAtEnd) : 0
        start += used
        if used > 0 { continue }
        if isAtEnd {
          if start < end {
            content.note(
              .init(line: content.lines, before: "what stands behind line", after: "cannot be read")
            )
          }
          return content
        }
      }
      try fill(file, &start, &end, &left, &isAtEnd)
    }
    return content
  }

  private func fill(
    _ file: FileReader,
    _ start: inout Int,
    _ end: inout Int,
    _ left: inout Range<Int64>,
    _ isAtEnd: inout Bool
  ) throws(WeirError) {
    if start > 0, let base = block.baseAddress {
      memmove(base, base + start, end - start)
      end -= start
      start = 0
    }
    if end == block.count - FormatLimits.blockSlack {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: block.count * 2,
        alignment: 64
      )
      larger.copyMemory(from: UnsafeRawBufferPointer(block))
      block.deallocate()
      block = larger
    }
    let free = block.count - FormatLimits.blockSlack - end
    let wanted = Int(min(Int64(free), left.upperBound - left.lowerBound))
    let room = UnsafeMutableRawBufferPointer(rebasing: block[end..<(end + wanted)])
    let count = try file.read(into: room, at: left.lowerBound)
    end += count
    left = (left.lowerBound + Int64(count))..<left.upperBound
    isAtEnd = count < wanted || left.isEmpty
  }

  // MARK: Rows

  /// Looks at some rows, and returns how many bytes are done with; 0: there is no whole one.
  private func take(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> Int {
    if isLast, !hasDiffered, let last = bytes.last, last != 0x0a {
      content.note(.init(before: "its last line has no end: it was cut", isDifference: true))
      hasDiffered = true
    }
    if keys.isEmpty { return take(bytes, of: 0, isLast: isLast) }
    guard let (shape, count) = run(bytes, isLast: isLast) else { return 0 }
    let run = UnsafeRawBufferPointer(rebasing: bytes[..<count])
    guard let shape else {
      content.note(
        .init(line: content.lines + 1, before: "line", after: "has not the columns of any input")
      )
      content.lines += 1
      return count
    }
    // A run ends with a line; what the reader leaves of it is looked at again.
    return take(run, of: shape, isLast: isLast && count == bytes.count)
  }

  private func take(
    _ bytes: UnsafeRawBufferPointer,
    of number: Int,
    isLast: Bool
  ) -> Int {
    let shape = shapes[number]
    let batch = shape.batch
    batch.removeAll()
    rejected.removeAll()
    let used = shape.reader.read(
      bytes,
      into: batch,
      maximumRows: Self.rows,
      rejected: &rejected,
      isLast: isLast
    )
    let region = UnsafeRawBufferPointer(rebasing: bytes[..<used])
    for record in rejected.records {
      content.note(
        .init(
          line: line(region, record.offset),
          before: "line",
          after: "is no row: \(record.reason)"
        )
      )
      if record.length >= FormatLimits.maximumRecordBytes { content.hasLongLine = true }
    }
    if batch.count > 0 {
      content.found[number] += RowTotal(
        rows: UInt64(batch.count),
        fingerprint: shape.fingerprint.of(batch, all.all(batch.count))
      )
    }
    compare(region, shape)
    content.lines += region.count { $0 == 0x0a }
    return used
  }

  /// Writes the rows once more, and compares; the first difference of a file is told.
  private func compare(_ region: UnsafeRawBufferPointer, _ shape: Shape) {
    guard !hasDiffered, rejected.records.isEmpty else { return }
    text.removeAll()
    shape.writer.write(shape.batch, nil, into: text)
    let written = text.bytes
    if written.count == region.count {
      guard let left = written.baseAddress, let right = region.baseAddress,
        memcmp(left, right, region.count) != 0
      else { return }
    }
    hasDiffered = true
    let same = zip(written, region).prefix { $0 == $1 }.count
    content.note(
      .init(
        line: line(region, same),
        before: "line",
        after: "is not as weir writes it: it was changed",
        isDifference: true
      )
    )
  }

  private func line(_ region: UnsafeRawBufferPointer, _ offset: Int) -> Int {
    content.lines + 1 + region[..<min(offset, region.count)].count { $0 == 0x0a }
  }

  // MARK: Lines of several shapes

  /// The first lines that have one shape, and their bytes; the shape is nil for a line that has none.
  ///
  /// Nil if there is no whole line.
  private func run(
    _ bytes: UnsafeRawBufferPointer,
    isLast: Bool
  ) -> (shape: Int?, count: Int)? {
    var (count, rows) = (0, 0)
    var shape: Int?
    while count < bytes.count, rows < Self.rows {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
      let end = rest.firstIndex(of: 0x0a)
      guard let length = end ?? (isLast ? rest.count : nil) else { break }
      let keys = KeyWalk.hash(UnsafeRawBufferPointer(rebasing: rest[..<length]))
      let own = keys.flatMap { keys in self.keys.firstIndex { $0 == keys } }
      if rows > 0, own != shape { break }
      shape = own
      rows += 1
      count += end == nil ? length : length + 1
      if own == nil { break }
    }
    return rows == 0 ? nil : (shape, count)
  }
}
