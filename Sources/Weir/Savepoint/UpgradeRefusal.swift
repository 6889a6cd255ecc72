import WeirCore

/// Why a run does not begin with a state: something would be lost that nobody has named.
struct UpgradeRefusal {
  private let plan: UpgradePlan

  init(_ plan: UpgradePlan) { self.plan = plan }

  /// Throws E469 where a stage may have been renamed, E466 where state would be lost, E470 where a name
  /// is given of a stage that loses nothing.
  func check(dropping: [String]) throws(WeirError) {
    if let name = plan.needless(dropping: dropping).first {
      throw WeirError(
        "E470",
        "'--drop-state \(name)' drops nothing",
        detail: plan.steps.contains { $0.name == name }
          ? "the state of '\(name)' is not lost"
          : "no stage of the old or the new topology is called so",
        hint: "leave it out: it is only for state that would be lost",
        blame: .user
      )
    }
    let refused = plan.refused(dropping: dropping)
    guard let first = refused.first else { return }
    let suspects = plan.suspects.filter { suspect in refused.contains { $0.was == suspect.old } }
    if let suspect = suspects.first {
      throw WeirError(
        "E469",
        "'\(suspect.old)' has gone, and '\(suspect.new)', which is new, could go on with its state",
        detail: suspects.count > 1 ? "and \(suspects.count - 1) more" : nil,
        hint: "say 'renamed_from: \(suspect.old)' in '\(suspect.new)' if it is the same, or "
          + "'--drop-state \(suspect.old)' if it is not",
        blame: .user
      )
    }
    let others = refused.dropFirst()
    throw WeirError(
      "E466",
      "the state of \(refused.map { "'\($0.was ?? $0.name)'" }.joined(separator: ", ")) would be lost",
      detail: Self.reason(first)
        + (others.isEmpty ? "" : "; " + others.map(Self.reason).joined(separator: "; ")),
      hint: "'weir diff' shows what becomes of all state; "
        + refused.map { "'--drop-state \($0.was ?? $0.name)'" }.joined(separator: " ")
        + " lets it go",
      blame: .user
    )
  }

  /// Why a step loses what a stage had.
  static func reason(_ step: UpgradePlan.Step) -> String {
    let bytes = step.bytes.map { ", \(NumberText.bytes($0))" } ?? ""
    let name = "'\(step.was ?? step.name)'\(bytes)"
    guard let reason = step.reason else { return "\(name): the stage has gone" }
    return "\(name): \(reason)"
  }
}
