import Glibc
import WeirColumns

/// Turns the texts of CSV values into what JSON would have had in their place, and stores them.
final class CSVConversion {
  private let store: ValueStore
  private let types: [ColumnType]
  private let tree = FieldTree(RecordSchema([]))
  /// A text whose doubled quotes are single again, with slack behind it.
  private var plain: [UInt8] = []

  init(_ store: ValueStore) {
    self.store = store
    types = store.schema.fields.map(\.type)
  }

  /// Stores a value that is not null; `FormatLimits.blockSlack` bytes behind it can be read.
  func store(
    _ index: Int,
    _ value: CSVValue,
    _ record: UnsafeRawPointer,
    _ row: Int
  ) -> ValueFault? {
    guard value.hasDoubledQuotes else {
      return store(index, record + value.start, value.length, row)
    }
    let length = makePlain(value, record)
    return plain.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return nil }
      return store(index, start, length, row)
    }
  }

  /// The text of a value.
  func text(_ value: CSVValue, _ record: UnsafeRawPointer) -> String {
    let length = makePlain(value, record)
    return String(decoding: plain[0..<length], as: UTF8.self)
  }

  /// Leaves the text of a value, quotes single, in `plain` and returns its length.
  private func makePlain(_ value: CSVValue, _ record: UnsafeRawPointer) -> Int {
    plain.removeAll(keepingCapacity: true)
    var isSecond = false
    for byte in UnsafeRawBufferPointer(start: record + value.start, count: value.length) {
      isSecond = value.hasDoubledQuotes && byte == 0x22 && !isSecond
      if !isSecond { plain.append(byte) }
    }
    let length = plain.count
    plain.append(contentsOf: repeatElement(0, count: FormatLimits.blockSlack))
    return length
  }

  private func store(
    _ index: Int,
    _ text: UnsafeRawPointer,
    _ length: Int,
    _ row: Int
  ) -> ValueFault? {
    var slot = ValueSlot(kind: .text, start: 0, length: length)
    switch types[index] {
    case .string, .bytes:
      break
    case .int, .float, .decimal:
      slot.kind = .number
    case .timestamp, .duration:
      let whole = UnsafeRawBufferPointer(start: text, count: length)
      if NumberScan.length(whole) == length { slot.kind = .number }
    case .bool:
      if length == 4, memcmp(text, "true", 4) == 0 { slot.kind = .yes }
      if length == 5, memcmp(text, "false", 5) == 0 { slot.kind = .no }
    case .json, .list:
      // White space around a value belongs to JSON.
      let whole = Self.trimmed(UnsafeRawBufferPointer(start: text, count: length))
      guard let start = whole.baseAddress, whole.count > 0 else { return .malformed }
      var parser = FullParser(tree, whole, slots: store.slots, notesLeaves: false)
      guard parser.measure(depth: 0, &slot) == whole.count else { return .malformed }
      if slot.kind == .null {
        store.cells.setNull(index, row: row)
        return nil
      }
      return store.store(index, slot, start, row)
    }
    return store.store(index, slot, text, row)
  }

  /// The bytes without the white space around them.
  private static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    func isSpace(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }
    guard let first = text.firstIndex(where: { !isSpace($0) }),
      let last = text.lastIndex(where: { !isSpace($0) })
    else { return UnsafeRawBufferPointer(rebasing: text[..<0]) }
    return UnsafeRawBufferPointer(rebasing: text[first...last])
  }
}
