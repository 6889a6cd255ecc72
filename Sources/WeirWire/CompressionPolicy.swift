/// Which frames are compressed; what does not shrink is never sent compressed.
package enum CompressionPolicy: String, Sendable, CaseIterable {
  case none
  case lz4
  /// Steps aside for a channel on which it does not pay, and tries again now and then.
  case auto
}

/// What `auto` knows of a channel.
///
/// It depends on the frames of the channel alone, so that a replay gives the same bytes.
struct CompressionTrial {
  /// Frames that still go uncompressed before the next try.
  private var skipping = 0
  /// Frames that go uncompressed after a try that does not pay; doubles from try to try.
  private var pause = CompressionTrial.shortestPause

  private static let shortestPause = 16
  private static let longestPause = 1024

  /// Whether the next frame is to be compressed.
  mutating func begin() -> Bool {
    guard skipping > 0 else { return true }
    skipping -= 1
    return false
  }

  /// Takes note of a try.
  mutating func end(paid: Bool) {
    if paid {
      pause = Self.shortestPause
    } else {
      skipping = pause
      pause = min(pause * 2, Self.longestPause)
    }
  }

  /// The most bytes that a body may compress to for it to pay: an eighth must be saved.
  static func room(for count: Int) -> Int { count - count / 8 }
}
