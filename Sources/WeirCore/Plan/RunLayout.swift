/// How many processes each stage of a run has, and which of them owns which key group.
///
/// The topology says with how many a run begins; from then on the layout goes with the state.
package struct RunLayout: Hashable, Sendable, Codable {
  /// A stage that has processes of its own.
  package struct Stage: Hashable, Sendable, Codable {
    package var name: String
    package var processes: Int
    /// What the topology said when this layout was made: only a change of that changes the layout of
    /// a run that goes on.
    package var declared: Int
    /// Nil: runs of equal length.
    package var owners: KeyGroupTable?

    package init(_ name: String, processes: Int, declared: Int, owners: KeyGroupTable? = nil) {
      self.name = name
      self.processes = processes
      self.declared = declared
      self.owners = owners
    }

    /// Who owns which of so many key groups; a stage without a key may have more processes than that.
    package func table(keyGroups: Int) -> KeyGroupTable {
      owners
        ?? KeyGroupTable(keyGroups: max(keyGroups, processes), instances: max(processes, 1))
    }
  }

  /// In the order of the plan.
  package var stages: [Stage]

  package init(_ stages: [Stage]) { self.stages = stages }

  /// What it says of a stage; linear.
  package func stage(_ name: String) -> Stage? { stages.first { $0.name == name } }
}

extension JobPlan {
  /// The layout that the topology asks for.
  package var declaredLayout: RunLayout {
    RunLayout(
      stages.filter { $0.processes > 0 }.map {
        RunLayout.Stage($0.name, processes: $0.processes, declared: $0.processes)
      }
    )
  }

  /// The plan with the processes of a layout; what that does not know stays as it is.
  package func laid(out layout: RunLayout) -> JobPlan {
    var job = self
    for index in job.stages.indices where job.stages[index].processes > 0 {
      guard let stage = layout.stage(job.stages[index].name) else { continue }
      job.stages[index].processes = stage.processes
      job.stages[index].owners = stage.owners
    }
    return job
  }

  /// The layout of a run that goes on from another.
  ///
  /// It is as it was, but for stages of which the topology says something else by now. These change by
  /// the fewest moves.
  package func layout(after before: RunLayout) -> RunLayout {
    var layout = declaredLayout
    for index in layout.stages.indices {
      let declared = layout.stages[index].declared
      guard let known = before.stage(layout.stages[index].name) else { continue }
      if known.declared == declared {
        layout.stages[index] = known
      } else {
        let table = table(of: known)
        layout.stages[index].owners =
          declared <= keyGroups ? table.changed(toInstances: declared) : nil
      }
    }
    return layout
  }

  /// The layout in force; `before` says what was declared when it was made.
  package func layout(like before: RunLayout) -> RunLayout {
    RunLayout(
      stages.filter { $0.processes > 0 }.map { stage in
        RunLayout.Stage(
          stage.name,
          processes: stage.processes,
          declared: before.stage(stage.name)?.declared ?? stage.processes,
          owners: stage.owners
        )
      }
    )
  }

  /// Which instance of a stage owns which key group.
  package func table(of stage: StageIndex) -> KeyGroupTable {
    let plan = stages[stage]
    return table(
      of: RunLayout.Stage(
        plan.name,
        processes: plan.processes,
        declared: plan.processes,
        owners: plan.owners
      )
    )
  }

  /// The same for a stage of a layout.
  package func table(of stage: RunLayout.Stage) -> KeyGroupTable {
    stage.table(keyGroups: keyGroups)
  }
}
