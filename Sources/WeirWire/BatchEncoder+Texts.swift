import Glibc
import WeirColumns

extension BatchEncoder {
  /// Columns with fewer rows are not worth a dictionary.
  private static let leastDictionaryRows = 64

  /// Writes the values part of a variable column.
  ///
  /// Rows that are not values have no bytes (`Column`), so marks do not matter here.
  func writeTexts(
    _ column: Column,
    _ rows: Int,
    _ head: SectionHead,
    _ writer: inout BodyWriter
  ) {
    guard rows > 0 else {
      head.values(VariableEncoding.lengths.rawValue, writer)
      writer.put(UInt32(0))
      return
    }
    let total = column.byteCount(rows: rows)
    head.textBytes(total, writer)
    let range = LengthKernels.range(column.offsets, rows)
    let isUniform = range.least == range.greatest
    let length = Int(range.greatest)
    if isUniform && memcmp(column.bytes, column.bytes + length, total - length) == 0 {
      head.values(VariableEncoding.constant.rawValue, writer)
      writer.put(range.greatest)
      writer.put(column.bytes, length)
      return
    }
    let width = isUniform ? 0 : WordKernels.width(UInt64(range.greatest))
    if writeDictionary(column, rows, plain: rows * width + total, head, &writer) { return }
    head.values(VariableEncoding.lengths.rawValue, writer)
    head.width(width, writer)
    let offsets = column.offsets
    switch width {
    case 0: writer.put(range.greatest)
    case 1: LengthKernels.put(offsets, rows, as: UInt8.self, to: writer.advance(rows))
    case 2: LengthKernels.put(offsets, rows, as: UInt16.self, to: writer.advance(rows * 2))
    default: LengthKernels.put(offsets, rows, as: UInt32.self, to: writer.advance(rows * 4))
    }
    writer.put(column.bytes, total)
  }

  /// Writes a dictionary if the texts are few and it is shorter than `plain` bytes.
  private func writeDictionary(
    _ column: Column,
    _ rows: Int,
    plain: Int,
    _ head: SectionHead,
    _ writer: inout BodyWriter
  ) -> Bool {
    guard rows >= Self.leastDictionaryRows, plain > 2 * rows,
      dictionary.build(column, rows: rows),
      2 + dictionary.count * 4 + dictionary.textBytes + rows < plain
    else { return false }
    head.values(VariableEncoding.dictionary.rawValue, writer)
    writer.put(UInt16(dictionary.count))
    writer.put(dictionary.lengths, dictionary.count * 4)
    for entry in 0..<dictionary.count {
      writer.put(column.bytes + Int(dictionary.starts[entry]), Int(dictionary.lengths[entry]))
    }
    writer.put(dictionary.indices, rows)
    return true
  }
}
