import WeirColumns

/// A thing that a topology says and that its state and output depend on.
///
/// Two topologies with the same clauses can go on with each other's state; where they differ, people
/// are told by stage and clause. What a run may change, such as how often a checkpoint is taken, is in
/// none.
package struct PlanClause: Hashable, Sendable, Codable {
  /// Empty: of the whole topology.
  package var stage: String
  /// As it stands in the file, such as `window` or `let.day`.
  package var name: String
  /// Of what the clause says: a value may be a secret, and clauses are kept.
  package var fingerprint: UInt64

  package init(_ stage: String, _ name: String, fingerprint: UInt64) {
    self.stage = stage
    self.name = name
    self.fingerprint = fingerprint
  }

  /// Makes a clause of what it says, in a form that does not depend on how the file is laid out.
  package init(_ stage: String, _ name: String, _ value: String) {
    self.init(stage, name, fingerprint: Fingerprint.of(value))
  }
}
