/// How a run is stopped from outside.
package enum StopReason: String, Hashable, Sendable, Codable, CaseIterable {
  /// The input ends here; every window fires.
  case drain
  /// Rows that have reached the sinks are published; no window fires.
  case publish
}
