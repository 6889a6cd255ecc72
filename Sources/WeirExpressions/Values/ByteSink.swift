/// Where the text of a value is written: bytes whose room was made before.
struct ByteSink {
  // Points behind what is written, into a buffer that outlives the sink.
  private(set) var end: UnsafeMutablePointer<UInt8>

  /// More than the text of any scalar but string.
  static let scalarLength = 64

  init(_ start: UnsafeMutablePointer<UInt8>) { end = start }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    end.pointee = byte
    end += 1
  }

  mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  /// Skips bytes that the caller fills in.
  @inline(__always)
  mutating func skip(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    end += count
    return end
  }

  /// What `body` writes, at most `scalarLength` bytes.
  static func text(_ body: (inout ByteSink) -> Void) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: scalarLength) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      var sink = ByteSink(start)
      body(&sink)
      return String(decoding: buffer[..<start.distance(to: sink.end)], as: UTF8.self)
    }
  }
}
