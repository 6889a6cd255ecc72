/// A request to change how many processes stages have.
package struct ScaleOrder: Hashable, Sendable, Codable {
  /// How the number of one stage is to change.
  package enum Change: Hashable, Sendable, Codable {
    case to(Int)
    case by(Int)
  }

  package struct Stage: Hashable, Sendable, Codable {
    package var name: String
    package var change: Change

    package init(_ name: String, _ change: Change) {
      self.name = name
      self.change = change
    }
  }

  package var stages: [Stage]

  package init(_ stages: [Stage]) { self.stages = stages }
}

extension JobPlan {
  /// The layout that a request asks for; `current` is the one in force.
  ///
  /// Key groups change their owners by the fewest moves. Throws E480 for what cannot be, and why.
  package func layout(
    after order: ScaleOrder,
    from current: RunLayout
  ) throws(WeirError) -> RunLayout {
    var layout = current
    var seen: [String] = []
    for asked in order.stages {
      guard !seen.contains(asked.name) else {
        throw .cannotScale("'\(asked.name)' is named twice", "name each stage once")
      }
      seen.append(asked.name)
      guard let number = index(of: asked.name) else {
        let names = stages.filter { $0.processes > 0 }.map { "'\($0.name)'" }
        throw .cannotScale(
          "there is no stage '\(asked.name)'",
          "stages with processes: \(names.joined(separator: ", "))"
        )
      }
      guard let place = layout.stages.firstIndex(where: { $0.name == asked.name }) else {
        throw .cannotScale(
          "'\(asked.name)' has no process of its own: it runs in its sender",
          "give it 'processes: 1' in the topology, or scale the sender"
        )
      }
      let before = layout.stages[place].processes
      let wanted: Int =
        switch asked.change {
        case .to(let count): count
        case .by(let more): before + more
        }
      try check(stages[number], wanted)
      guard wanted != before else { continue }
      if case .keyed = stages[number].role {
        layout.stages[place].owners = table(of: layout.stages[place]).changed(toInstances: wanted)
      }
      layout.stages[place].processes = wanted
    }
    guard layout != current else {
      throw .cannotScale("it has these numbers of processes already", "see 'weir status'")
    }
    return layout
  }

  private func check(_ stage: StagePlan, _ wanted: Int) throws(WeirError) {
    guard wanted >= 1 else {
      throw .cannotScale(
        "'\(stage.name)' would have \(wanted) processes",
        "every stage needs one; 'weir stop' ends a run"
      )
    }
    guard wanted <= Limits.processes else {
      throw .cannotScale(
        "'\(stage.name)' would have \(wanted) processes",
        "a stage can have \(Limits.processes)"
      )
    }
    switch stage.role {
    case .keyed(let plan):
      guard !plan.key.isEmpty || wanted == 1 else {
        throw .cannotScale(
          "'\(stage.name)' has state and no key: one process holds all of it",
          "give it a 'key' in the topology"
        )
      }
      guard wanted <= keyGroups else {
        throw .cannotScale(
          "'\(stage.name)' would have \(wanted) processes for \(keyGroups) key groups",
          "at most 'key_groups' processes can share the keys; the number is fixed when a state begins"
        )
      }
    case .stateless: break
    case .source, .sink:
      guard stage.role.canBeDealtAnew else {
        throw .cannotScale(
          "the processes of \(stage.role.kindOfWorld) '\(stage.name)' are fixed",
          "only sources that read listed files can be dealt out anew"
        )
      }
    }
  }
}

extension StageRole {
  fileprivate var kindOfWorld: String {
    if case .source = self { "source" } else { "sink" }
  }
}

extension WeirError {
  /// A request to scale that cannot be met.
  package static func cannotScale(_ why: String, _ hint: String) -> WeirError {
    WeirError("E480", "cannot scale: \(why)", hint: hint, blame: .user, recovery: .stop)
  }
}
