import WeirCore

/// What becomes of state, for people.
enum UpgradeText {
  /// All stages as a table, then what has to be said before a run may begin.
  static func lines(_ plan: UpgradePlan, width: Int?, isColored: Bool) -> [String] {
    var table = TextTable([
      .init("stage", .left), .init("state", .left), .init("bytes"), .init("what changes", .left),
    ])
    for step in plan.steps {
      table.add([
        .init(step.name), fate(step), .init(step.bytes.map(NumberText.bytes) ?? "-"),
        .init(changes(step)),
      ])
    }
    var lines = table.lines(width: width, isColored: isColored)
    for suspect in plan.suspects {
      lines.append(
        "is '\(suspect.new)' what was called '\(suspect.old)'? then say 'renamed_from: \(suspect.old)' in "
          + "'\(suspect.new)'"
      )
    }
    let lost = plan.refused(dropping: []).map { $0.was ?? $0.name }
    if !lost.isEmpty {
      lines.append(
        "'weir run --from' refuses to lose state without "
          + lost.map { "'--drop-state \($0)'" }.joined(separator: " ")
      )
    }
    return lines
  }

  /// A line for each stage whose state is not just kept.
  static func notes(_ plan: UpgradePlan) -> [String] {
    plan.steps.filter { $0.fate != .kept || !$0.changes.isEmpty }.map { step in
      let changes = changes(step)
      return "\(step.name): \(word(step))" + (changes.isEmpty ? "" : ", \(changes)")
    }
  }

  private static func changes(_ step: UpgradePlan.Step) -> String {
    ((step.reason.map { [$0] } ?? []) + step.changes).joined(separator: "; ")
  }

  private static func word(_ step: UpgradePlan.Step) -> String {
    switch step.fate {
    case .kept where step.kind != .source && step.kind != .keyed: "none"
    case .dropped where !step.dropsState: "gone"
    case .kept, .rescaled, .migrated, .fresh, .dropped, .incompatible: step.fate.rawValue
    }
  }

  private static func fate(_ step: UpgradePlan.Step) -> TextTable.Cell {
    let style: Style =
      switch step.fate {
      case .kept, .rescaled, .migrated: .plain
      case .fresh: .good
      case .dropped, .incompatible: step.dropsState ? .failure : .plain
      }
    return .init(word(step), style)
  }
}
