import Glibc
import WeirColumns

/// Reads what `BatchEncoder` writes straight into columns, and believes nothing of it.
///
/// Memory is taken only for what fits the footprint that the header claims, which is under its
/// limit. The bytes of texts are not looked at: that they are UTF-8, JSON or cells of a list was
/// assured by the one who made them, and who reads them bears with less.
final class BatchDecoder {
  let dictionary = ScratchMemory(capacity: 4096)

  /// The least footprint that `rows` rows of the schema can have.
  static func leastFootprint(_ schema: Schema, rows: Int) -> Int {
    schema.fields.reduce(0) { $0 + BodyLayout.valueBytes($1.type.layout, rows: rows) }
  }

  /// Reads the rows of a frame into an empty batch with room for them; O(bytes + rows x columns).
  ///
  /// After a fault the content of the batch means nothing: empty it.
  func read(
    _ body: UnsafeRawBufferPointer,
    rows: Int,
    footprint: Int,
    into batch: Batch
  ) throws(FrameFault.Reason) {
    guard let start = body.baseAddress else { throw .damagedBody(.ends) }
    var reader = BodyReader(body, from: start)
    let hasStamps = try readHead(&reader, batch)
    var room = footprint - Self.leastFootprint(batch.schema, rows: rows)
    guard room >= 0 else { throw .damagedBody(.footprint) }
    for (index, column) in batch.columns.enumerated() {
      do throws(FrameFault.Damage) {
        try read(column, column.type, rows, &room, &reader)
      } catch {
        throw .damagedColumn(index, error)
      }
    }
    if hasStamps {
      do throws(FrameFault.Damage) {
        try readStamps(batch, rows, &room, &reader)
      } catch {
        throw .damagedColumn(batch.columns.count, error)
      }
    }
    guard reader.left == 0 else { throw .damagedBody(.trailing) }
    batch.count = rows
  }

  private func readHead(
    _ reader: inout BodyReader,
    _ batch: Batch
  ) throws(FrameFault.Reason) -> Bool {
    do throws(FrameFault.Damage) {
      guard try Int(reader.short()) == batch.columns.count else {
        throw FrameFault.Damage.columns
      }
      let stamps = try reader.byte()
      let reserved = try reader.byte()
      guard stamps <= 1 && reserved == 0 else { throw FrameFault.Damage.reserved }
      return stamps == 1
    } catch {
      throw .damagedBody(error)
    }
  }

  private func readStamps(
    _ batch: Batch,
    _ rows: Int,
    _ room: inout Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    room -= rows * 8
    guard room >= 0 else { throw .footprint }
    let stamps = batch.stamps
    // A null stamp takes no byte of a mark in the batch that was sent.
    var markRoom = rows
    try read(stamps, .timestamp, rows, &markRoom, &reader)
    if stamps.hasMarks {
      guard ByteKernels.greatest(stamps.marks, rows) <= RowMark.null.rawValue else {
        throw .marks
      }
      for row in 0..<rows where stamps.marks[row] != 0 { stamps.words[row] = Batch.noStamp }
      stamps.hasMarks = false
    }
    batch.hasStamps = true
  }

  private func read(
    _ column: Column,
    _ type: ColumnType,
    _ rows: Int,
    _ room: inout Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    let section = try SectionDescription(&reader, type)
    try readMarks(column, section.marks, rows, &room, &reader)
    switch type.layout {
    case .byte: try readFlags(column, section, rows, &reader)
    case .word: try readWords(column, section, rows, &reader)
    case .variable: try readTexts(column, section, rows, &room, &reader)
    }
    if type == .float && !WordKernels.areFinite(column.words, rows) { throw .float }
  }

  private func readMarks(
    _ column: Column,
    _ encoding: MarkEncoding,
    _ rows: Int,
    _ room: inout Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    column.hasMarks = encoding != .absent
    if encoding == .absent { return }
    room -= rows
    guard room >= 0 else { throw .footprint }
    guard encoding == .raw else {
      let bits = try reader.take(BodyLayout.bitmapBytes(rows: rows))
      ByteKernels.takeBits(bits, rows, to: column.marks)
      return
    }
    memcpy(column.marks, try reader.take(rows), rows)
    let greatest = Int(ByteKernels.greatest(column.marks, rows))
    guard greatest < RowMark.allCases.count else { throw .marks }
  }

  private func readFlags(
    _ column: Column,
    _ section: SectionDescription,
    _ rows: Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    guard section.width == 0 && section.textBytes == 0 else { throw .width }
    switch ByteEncoding(rawValue: section.values) {
    case .constant:
      let flag = try reader.byte()
      guard flag <= 1 else { throw .flag }
      memset(column.flags, Int32(flag), rows)
    case .bitmap:
      let bits = try reader.take(BodyLayout.bitmapBytes(rows: rows))
      ByteKernels.takeBits(bits, rows, to: column.flags)
    case nil: throw .encoding
    }
  }

  private func readWords(
    _ column: Column,
    _ section: SectionDescription,
    _ rows: Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    guard section.textBytes == 0 else { throw .lengths }
    switch WordEncoding(rawValue: section.values) {
    case .constant:
      guard section.width == 0 else { throw .width }
      column.words.update(repeating: try reader.word(), count: rows)
    case .raw:
      guard section.width == 0 else { throw .width }
      memcpy(column.words, try reader.take(rows * 8), rows * 8)
    case .offset:
      try readOffsets(column.words, section.width, rows, &reader)
    case .delta:
      guard rows > 0 else { throw .encoding }
      try readSteps(column.words, section.width, rows, &reader)
    case nil: throw .encoding
    }
  }

  private func readOffsets(
    _ words: UnsafeMutablePointer<Int64>,
    _ width: Int,
    _ rows: Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    let base = try reader.word()
    let unit = try reader.word()
    let source = try reader.take(rows * width)
    switch width {
    case 1:
      WordKernels.takeOffsets(source, rows, base: base, unit: unit, as: UInt8.self, to: words)
    case 2:
      WordKernels.takeOffsets(source, rows, base: base, unit: unit, as: UInt16.self, to: words)
    case 4:
      WordKernels.takeOffsets(source, rows, base: base, unit: unit, as: UInt32.self, to: words)
    default: throw .width
    }
  }

  private func readSteps(
    _ words: UnsafeMutablePointer<Int64>,
    _ width: Int,
    _ rows: Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    let first = try reader.word()
    let least = try reader.word()
    let source = try reader.take((rows - 1) * width)
    switch width {
    case 1:
      WordKernels.takeSteps(source, rows, first: first, least: least, as: UInt8.self, to: words)
    case 2:
      WordKernels.takeSteps(source, rows, first: first, least: least, as: UInt16.self, to: words)
    case 4:
      WordKernels.takeSteps(source, rows, first: first, least: least, as: UInt32.self, to: words)
    default: throw .width
    }
  }
}

/// The head of a section that is being read.
struct SectionDescription {
  let marks: MarkEncoding
  let values: UInt8
  let width: Int
  let textBytes: Int

  init(_ reader: inout BodyReader, _ type: ColumnType) throws(FrameFault.Damage) {
    let expected = TypeTag(type)
    guard try reader.byte() == expected.type, try reader.byte() == expected.element,
      try reader.byte() == expected.scale
    else { throw .type }
    guard let marks = try MarkEncoding(rawValue: reader.byte()) else { throw .encoding }
    self.marks = marks
    values = try reader.byte()
    width = Int(try reader.byte())
    guard try reader.short() == 0 else { throw .reserved }
    textBytes = Int(try reader.number())
  }
}
