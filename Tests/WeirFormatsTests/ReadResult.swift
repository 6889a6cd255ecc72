import WeirColumns
import WeirFormats

/// All that a reader made of an input, as texts that can be compared whole.
struct ReadResult: Equatable {
  var rows: [[String]] = []
  /// `offset+length reason`, the offset counted from the beginning of the input.
  var rejected: [String] = []

  /// Reads a whole input in blocks whose sizes `nextSize` says, as a source would.
  ///
  /// The memory behind each block is filled with bytes that must not matter.
  init(
    _ reader: some RecordReader,
    _ input: [UInt8],
    maximumRows: Int = 100,
    nextSize: () -> Int = { 1 << 30 }
  ) {
    let schema = Schema(reader.schema.columns)
    reader.place = .start
    var position = 0
    var size = max(nextSize(), 1)
    while true {
      let end = min(input.count, position + size)
      let block = Array(input[position..<end]) + [UInt8](repeating: 0x31, count: 64)
      let batch = Batch(schema, capacity: 1, bytesPerRow: 0)
      var refused = RejectedRecords()
      let consumed = block.withUnsafeBytes {
        reader.read(
          UnsafeRawBufferPointer(rebasing: $0[0..<(end - position)]),
          into: batch,
          maximumRows: maximumRows,
          rejected: &refused,
          isLast: end == input.count
        )
      }
      rows += (0..<batch.count).map { row in batch.columns.map { $0.testText(at: row) } }
      rejected += refused.records.map { "\(position + $0.offset)+\($0.length) \($0.reason)" }
      position += consumed
      if position == input.count { break }
      size = consumed == 0 ? size + max(nextSize(), 1) : max(nextSize(), 1)
      precondition(size < input.count * 3 + (1 << 31), "the reader does not get on at \(position)")
    }
  }
}

extension Column {
  /// A value as text, with nothing lost.
  func testText(at row: Int) -> String {
    guard mark(at: row) == .value else { return "\(mark(at: row))" }
    switch type {
    case .bool: return flags[row] == 1 ? "true" : "false"
    case .int, .timestamp, .duration: return "\(words[row])"
    case .decimal(let scale): return DecimalText.text(words[row], scale: scale)
    case .float: return doubles[row].description
    case .string, .json: return text(at: row)
    case .bytes: return rawBytes(at: row).map { "\($0)" }.joined(separator: " ")
    case .list(let element):
      var cursor = ListCellCursor(rawBytes(at: row), of: element)
      var elements: [String] = []
      while let next = cursor.next() {
        switch next {
        case .null: elements.append("null")
        case .bool(let flag): elements.append("\(flag)")
        case .word(let word): elements.append("\(word)")
        case .float(let value): elements.append("\(value)")
        case .text(let bytes): elements.append(String(decoding: bytes, as: UTF8.self))
        }
      }
      return "[" + elements.joined(separator: "|") + "]"
    }
  }
}

/// A generator of the same numbers on every machine: splitmix64 (Steele, Lea, Flood 2014).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
