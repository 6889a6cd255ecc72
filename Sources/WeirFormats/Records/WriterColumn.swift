import WeirColumns

/// A column of a batch as a writer reads it: its memory, hoisted, and the name to write before.
struct WriterColumn {
  enum Kind: UInt8 {
    case bool
    case int
    case decimal
    case float
    case timestamp
    case duration
    case string
    case bytes
    case json
    case list
  }

  let kind: Kind
  /// Of a decimal, and 10^scale.
  let scale: Int
  let unit: UInt64
  /// Of a list.
  let element: ElementType
  // Owned by the batch and the writer, which outlive the call.
  let values: UnsafeRawPointer
  let bytes: UnsafePointer<UInt8>
  let marks: UnsafePointer<UInt8>
  let prefix: UnsafePointer<UInt8>
  let prefixCount: Int
  let hasMarks: Bool
  var times = TimestampWriter()

  /// Takes the memory of a column; `prefix` is what stands before each value, and outlives this.
  init(_ column: Column, prefix: UnsafeBufferPointer<UInt8>? = nil) {
    var scale = 0
    var element = ElementType.bool
    switch column.type {
    case .bool: kind = .bool
    case .int: kind = .int
    case .float: kind = .float
    case .decimal(let digits):
      kind = .decimal
      scale = digits
    case .string: kind = .string
    case .timestamp: kind = .timestamp
    case .duration: kind = .duration
    case .bytes: kind = .bytes
    case .json: kind = .json
    case .list(let type):
      kind = .list
      element = type
    }
    self.scale = scale
    unit = DecimalText.unit(scale: scale)
    self.element = element
    values = UnsafeRawPointer(column.values)
    bytes = UnsafePointer(column.bytes.assumingMemoryBound(to: UInt8.self))
    marks = UnsafePointer(column.marks)
    hasMarks = column.hasMarks
    self.prefix = prefix?.baseAddress ?? UnsafePointer(column.marks)
    prefixCount = prefix?.count ?? 0
  }

  @inline(__always)
  func word(_ row: Int) -> Int64 {
    values.load(fromByteOffset: row &* 8, as: Int64.self)
  }

  /// Bytes that the text of a row takes at most if it is text, bytes or json, else 0.
  @inline(__always)
  func longestText(_ row: Int) -> Int {
    switch kind {
    case .string, .bytes, .json: JSONText.maximumLength(text(row).count)
    case .bool, .int, .decimal, .float, .timestamp, .duration, .list: 0
    }
  }

  /// Where a row of a variable column begins, and its length.
  @inline(__always)
  func text(_ row: Int) -> (start: UnsafeRawPointer, count: Int) {
    let offsets = values.assumingMemoryBound(to: UInt32.self)
    let start = Int(offsets[row])
    return (UnsafeRawPointer(bytes) + start, Int(offsets[row &+ 1]) &- start)
  }

  /// The bytes of a row of a variable column.
  @inline(__always)
  func variable(_ row: Int) -> UnsafeRawBufferPointer {
    let (start, count) = text(row)
    return UnsafeRawBufferPointer(start: start, count: count)
  }
}
