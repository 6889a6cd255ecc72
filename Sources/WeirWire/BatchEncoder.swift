import Glibc
import WeirColumns

/// Writes batches as `BodyLayout` has it; keeps the memory it works in.
final class BatchEncoder {
  private let wordMemory = ScratchMemory(capacity: 8192 * 8)
  private let flagMemory = ScratchMemory(capacity: 8192)
  let dictionary = TextDictionary()

  /// Writes the rows to memory with room for `BodyLayout.bound`; returns the bytes written.
  func write(_ batch: Batch, to start: UnsafeMutableRawPointer) -> Int {
    var writer = BodyWriter(to: start)
    wordMemory.reserve(batch.count * 8)
    flagMemory.reserve(batch.count)
    let stampMarks = batch.hasStamps ? markStamps(batch) : nil
    writer.put(UInt16(batch.columns.count))
    writer.put(UInt8(stampMarks == nil ? 0 : 1))
    writer.put(UInt8(0))
    for column in batch.columns { write(column, batch.count, &writer) }
    if stampMarks != nil {
      // Again, because the memory of the marks is also that of the flags of bool columns.
      let marks = markStamps(batch)
      write(batch.stamps, .timestamp, marks: marks, batch.count, &writer)
    }
    return writer.count
  }

  private func write(_ column: Column, _ rows: Int, _ writer: inout BodyWriter) {
    var marks: UnsafeMutablePointer<UInt8>?
    if column.hasMarks && ByteKernels.greatest(column.marks, rows) > 0 { marks = column.marks }
    write(column, column.type, marks: marks, rows, &writer)
  }

  private func write(
    _ column: Column,
    _ type: ColumnType,
    marks: UnsafeMutablePointer<UInt8>?,
    _ rows: Int,
    _ writer: inout BodyWriter
  ) {
    let head = SectionHead(TypeTag(type), &writer)
    if let marks { head.marks(writeMarks(marks, rows, &writer), writer) }
    switch type.layout {
    case .byte: writeFlags(column, marks, rows, head, &writer)
    case .word: writeWords(column, type, marks, rows, head, &writer)
    case .variable: writeTexts(column, rows, head, &writer)
    }
  }

  /// Marks as null the rows that have no stamp; nil if none has one.
  private func markStamps(_ batch: Batch) -> UnsafeMutablePointer<UInt8>? {
    let marks = flagMemory.bytes.assumingMemoryBound(to: UInt8.self)
    let stamps = batch.stamps.words
    var stamped = false
    for row in 0..<batch.count {
      let absent = stamps[row] == Batch.noStamp
      marks[row] = absent ? RowMark.null.rawValue : RowMark.value.rawValue
      stamped = stamped || !absent
    }
    return stamped ? marks : nil
  }

  private func writeMarks(
    _ marks: UnsafeMutablePointer<UInt8>,
    _ rows: Int,
    _ writer: inout BodyWriter
  ) -> MarkEncoding {
    let greatest = ByteKernels.greatest(marks, rows)
    guard greatest > 0 else { return .absent }
    guard greatest == RowMark.null.rawValue else {
      writer.put(marks, rows)
      return .raw
    }
    ByteKernels.putBits(marks, rows, to: writer.advance(BodyLayout.bitmapBytes(rows: rows)))
    return .bitmap
  }

  private func writeFlags(
    _ column: Column,
    _ marks: UnsafeMutablePointer<UInt8>?,
    _ rows: Int,
    _ head: SectionHead,
    _ writer: inout BodyWriter
  ) {
    let flags = flagMemory.bytes.assumingMemoryBound(to: UInt8.self)
    ByteKernels.copyUnmarked(column.flags, marks, rows, to: flags)
    if rows > 0 && memcmp(flags, flags + 1, rows - 1) == 0 {
      head.values(ByteEncoding.constant.rawValue, writer)
      writer.put(flags[0])
    } else {
      head.values(ByteEncoding.bitmap.rawValue, writer)
      ByteKernels.putBits(flags, rows, to: writer.advance(BodyLayout.bitmapBytes(rows: rows)))
    }
  }

  private func writeWords(
    _ column: Column,
    _ type: ColumnType,
    _ marks: UnsafeMutablePointer<UInt8>?,
    _ rows: Int,
    _ head: SectionHead,
    _ writer: inout BodyWriter
  ) {
    var words = column.words
    if let marks {
      words = wordMemory.bytes.assumingMemoryBound(to: Int64.self)
      WordKernels.copyUnmarked(column.words, marks, rows, to: words)
    }
    let form = WordForm(words, rows, type)
    head.values(form.encoding.rawValue, writer)
    head.width(form.width, writer)
    form.write(words, rows, &writer)
  }
}

/// The head of a section that is being written: what is found out later goes to its place in it.
struct SectionHead {
  private let offset: Int

  init(_ tag: TypeTag, _ writer: inout BodyWriter) {
    offset = writer.count
    writer.put(tag.type)
    writer.put(tag.element)
    writer.put(tag.scale)
    writer.put(MarkEncoding.absent.rawValue)
    writer.put(UInt32(0))
    writer.put(UInt32(0))
  }

  func marks(_ encoding: MarkEncoding, _ writer: BodyWriter) {
    writer.patch(encoding.rawValue, at: offset + 3)
  }

  func values(_ encoding: UInt8, _ writer: BodyWriter) { writer.patch(encoding, at: offset + 4) }

  func width(_ width: Int, _ writer: BodyWriter) {
    writer.patch(UInt8(truncatingIfNeeded: width), at: offset + 5)
  }

  func textBytes(_ count: Int, _ writer: BodyWriter) {
    writer.patch(UInt32(truncatingIfNeeded: count), at: offset + 8)
  }
}
