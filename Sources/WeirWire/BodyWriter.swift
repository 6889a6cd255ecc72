import Glibc

/// Writes a body from front to back into memory that is known to be large enough.
struct BodyWriter {
  // Owned by the caller, who made room for `BodyLayout.bound` bytes.
  private let start: UnsafeMutableRawPointer
  private(set) var count = 0

  init(to start: UnsafeMutableRawPointer) { self.start = start }

  mutating func put(_ value: some FixedWidthInteger & BitwiseCopyable) {
    start.storeBytes(of: value, toByteOffset: count, as: type(of: value))
    count += MemoryLayout.size(ofValue: value)
  }

  /// Copies `length` bytes.
  mutating func put(_ bytes: UnsafeRawPointer, _ length: Int) {
    memcpy(start + count, bytes, length)
    count += length
  }

  /// Leaves `length` bytes for the caller to fill.
  mutating func advance(_ length: Int) -> UnsafeMutableRawPointer {
    defer { count += length }
    return start + count
  }

  /// Writes a byte over what is at `offset`.
  func patch(_ byte: UInt8, at offset: Int) {
    start.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
  }

  /// Writes a number over what is at `offset`.
  func patch(_ number: UInt32, at offset: Int) {
    start.storeBytes(of: number, toByteOffset: offset, as: UInt32.self)
  }
}
