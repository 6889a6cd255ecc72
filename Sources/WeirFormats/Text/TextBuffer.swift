import Glibc

/// A growable buffer of bytes that writers append to; the caller takes the bytes and empties it.
package final class TextBuffer {
  /// Room behind the end: writers copy 16 bytes at a time.
  static let slack = 64

  // Owned by this object, freed in `deinit`; valid until the next write.
  package private(set) var start: UnsafeMutableRawPointer
  /// Bytes written.
  package var count = 0
  /// Bytes that fit.
  package private(set) var capacity: Int

  package init(capacity: Int = 1 << 16) {
    self.capacity = capacity
    start = .allocate(byteCount: capacity + Self.slack, alignment: 64)
  }

  deinit { start.deallocate() }

  /// The bytes written so far, valid until the next write.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// Empties the buffer and keeps its memory.
  package func removeAll() { count = 0 }

  /// Makes room for `more` bytes; pointers taken before are invalid.
  package func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    let larger = max(count + more, capacity * 2)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: larger + Self.slack, alignment: 64)
    memcpy(memory, start, count)
    start.deallocate()
    start = memory
    capacity = larger
  }
}
