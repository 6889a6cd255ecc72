/// What taking over from other instances has cost an instance: for reports, never for decisions.
package struct HandOver: Hashable, Sendable, Codable {
  /// Nanoseconds for which rows waited; 0 if none had come.
  package var waited: Int64
  /// Bytes of state that were read.
  package var stateBytes: Int64

  package init(waited: Int64 = 0, stateBytes: Int64 = 0) {
    self.waited = waited
    self.stateBytes = stateBytes
  }
}
