import Glibc
import WeirColumns

extension BatchDecoder {
  /// Reads the values part of a variable column.
  ///
  /// The lengths must add up to the bytes that the section claims, and those must fit the
  /// footprint, before the arena grows.
  func readTexts(
    _ column: Column,
    _ section: SectionDescription,
    _ rows: Int,
    _ room: inout Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    let total = section.textBytes
    room -= total
    guard room >= 0 else { throw .footprint }
    switch VariableEncoding(rawValue: section.values) {
    case .lengths:
      try readLengths(column, section, rows, &reader)
      let texts = try reader.take(total)
      column.reserve(bytes: total, used: 0)
      memcpy(column.bytes, texts, total)
    case .constant:
      guard section.width == 0 else { throw .width }
      try readConstant(column, total, rows, &reader)
    case .dictionary:
      guard section.width == 0 else { throw .width }
      try readDictionary(column, total, rows, &reader)
    case nil: throw .encoding
    }
  }

  private func readLengths(
    _ column: Column,
    _ section: SectionDescription,
    _ rows: Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    let offsets = column.offsets
    let source = try reader.take(section.width == 0 ? 4 : rows * section.width)
    let sum: UInt64
    switch section.width {
    case 0:
      let length = source.loadUnaligned(as: UInt32.self)
      sum = UInt64(length) * UInt64(rows)
      guard sum == section.textBytes else { throw .lengths }
      LengthKernels.fill(length, rows, to: offsets)
    case 1: sum = LengthKernels.take(source, rows, as: UInt8.self, to: offsets)
    case 2: sum = LengthKernels.take(source, rows, as: UInt16.self, to: offsets)
    case 4: sum = LengthKernels.take(source, rows, as: UInt32.self, to: offsets)
    default: throw .width
    }
    guard sum == section.textBytes else { throw .lengths }
  }

  private func readConstant(
    _ column: Column,
    _ total: Int,
    _ rows: Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    let length = try reader.number()
    guard UInt64(length) * UInt64(rows) == total else { throw .lengths }
    let text = try reader.take(Int(length))
    LengthKernels.fill(length, rows, to: column.offsets)
    column.reserve(bytes: total, used: 0)
    guard total > 0 else { return }
    // What has been written is doubled until it is all there.
    let arena = column.bytes
    var written = Int(length)
    memcpy(arena, text, written)
    while written < total {
      let step = min(written, total - written)
      memcpy(arena + written, arena, step)
      written += step
    }
  }

  private func readDictionary(
    _ column: Column,
    _ total: Int,
    _ rows: Int,
    _ reader: inout BodyReader
  ) throws(FrameFault.Damage) {
    let count = Int(try reader.short())
    guard (1...TextDictionary.largestCount).contains(count) else { throw .index }
    let lengths = try reader.take(count * 4)
    var texts = 0
    for entry in 0..<count {
      texts += Int(lengths.loadUnaligned(fromByteOffset: entry * 4, as: UInt32.self))
    }
    let text = try reader.take(texts)
    let indices = try reader.take(rows).assumingMemoryBound(to: UInt8.self)
    guard rows == 0 || Int(ByteKernels.greatest(indices, rows)) < count else { throw .index }
    // A copy with room behind it, because short texts are copied 16 bytes at a time; in front of
    // it where each entry begins and how long it is.
    dictionary.reserve(count * 8 + texts)
    let entries = dictionary.bytes.assumingMemoryBound(to: DictionaryEntry.self)
    let origin = dictionary.bytes + count * 8
    memcpy(origin, text, texts)
    var start: UInt32 = 0
    for entry in 0..<count {
      let length = lengths.loadUnaligned(fromByteOffset: entry * 4, as: UInt32.self)
      entries[entry] = DictionaryEntry(start: start, length: length)
      start &+= length
    }
    try spread(column, entries, origin, indices, rows, total)
  }

  /// Copies the entries to the rows.
  private func spread(
    _ column: Column,
    _ entries: UnsafePointer<DictionaryEntry>,
    _ origin: UnsafeRawPointer,
    _ indices: UnsafePointer<UInt8>,
    _ rows: Int,
    _ total: Int
  ) throws(FrameFault.Damage) {
    let offsets = column.offsets
    var sum = 0
    offsets[0] = 0
    for row in 0..<rows {
      sum &+= Int(entries[Int(indices[row])].length)
      offsets[row &+ 1] = UInt32(truncatingIfNeeded: sum)
    }
    guard sum == total else { throw .lengths }
    column.reserve(bytes: total, used: 0)
    let arena = column.bytes
    for row in 0..<rows {
      let entry = entries[Int(indices[row])]
      let target = arena + Int(offsets[row])
      let text = origin + Int(entry.start)
      if entry.length <= 16 {
        let chunk = text.loadUnaligned(as: SIMD16<UInt8>.self)
        target.storeBytes(of: chunk, as: SIMD16<UInt8>.self)
      } else {
        memcpy(target, text, Int(entry.length))
      }
    }
  }
}

/// Where a text of a dictionary lies.
struct DictionaryEntry {
  var start: UInt32
  var length: UInt32
}
