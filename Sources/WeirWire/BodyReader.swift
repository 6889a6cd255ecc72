/// Reads a body from front to back and never past its end.
struct BodyReader {
  // Owned by the caller, who keeps it for the life of this reader.
  private let start: UnsafeRawPointer
  private let count: Int
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer, from start: UnsafeRawPointer) {
    self.start = start
    count = bytes.count
  }

  /// Bytes that have not been read.
  var left: Int { count - offset }

  /// The next `length` bytes.
  mutating func take(_ length: Int) throws(FrameFault.Damage) -> UnsafeRawPointer {
    guard length <= left else { throw .ends }
    defer { offset += length }
    return start + offset
  }

  mutating func byte() throws(FrameFault.Damage) -> UInt8 {
    try take(1).load(as: UInt8.self)
  }

  mutating func short() throws(FrameFault.Damage) -> UInt16 {
    try take(2).loadUnaligned(as: UInt16.self)
  }

  mutating func number() throws(FrameFault.Damage) -> UInt32 {
    try take(4).loadUnaligned(as: UInt32.self)
  }

  mutating func word() throws(FrameFault.Damage) -> Int64 {
    try take(8).loadUnaligned(as: Int64.self)
  }
}
