/// What an instance of a keyed operator tells of its hottest keys: a sample of its rows, aged.
package struct HotKeyReport: Hashable, Sendable, Codable {
  /// A key and how many of the sampled rows were its own.
  package struct Key: Hashable, Sendable, Codable {
    /// The values of the key's columns.
    package var key: [String]
    /// Bounds of its part of `sampled`.
    package var least: Double
    package var most: Double

    package init(_ key: [String], least: Double, most: Double) {
      self.key = key
      self.least = least
      self.most = most
    }
  }

  /// Rows that were sampled, those of long ago for less.
  package var sampled: Double
  /// The most frequent first, at most `Limits.hotKeysTold`.
  package var keys: [Key] = []

  package init(sampled: Double) { self.sampled = sampled }
}
