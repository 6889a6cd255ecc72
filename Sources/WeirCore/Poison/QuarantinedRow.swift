/// A row that has killed its operator: it is kept from it for as long as the state is gone on with.
package struct QuarantinedRow: Hashable, Sendable, Codable {
  package var stage: String
  package var fingerprint: UInt64
  /// What it did, for the column `error` of the port `OPERATOR.poison`.
  package var reason: String

  package init(stage: String, fingerprint: UInt64, reason: String) {
    self.stage = stage
    self.fingerprint = fingerprint
    self.reason = reason
  }
}
