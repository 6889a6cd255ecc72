/// A row that has killed its operator, or a record or a result: it is kept from it for as long as the
/// state is gone on with.
package struct QuarantinedRow: Hashable, Sendable, Codable {
  package var stage: String
  package var kind: WorkKind
  package var fingerprint: UInt64
  /// What it did, for the column `error` of the port that it goes to.
  package var reason: String
  /// Where it begins, if it is a record.
  package var place: RecordPlace?

  package init(
    stage: String,
    kind: WorkKind = .row,
    fingerprint: UInt64,
    reason: String,
    place: RecordPlace? = nil
  ) {
    self.stage = stage
    self.kind = kind
    self.fingerprint = fingerprint
    self.reason = reason
    self.place = place
  }

  /// Which one it is, for people, without its content.
  var name: String {
    let text = "\(kind.noun) \(RowFingerprint.text(fingerprint))"
    return place.map { "\(text) (\($0.text))" } ?? text
  }
}
