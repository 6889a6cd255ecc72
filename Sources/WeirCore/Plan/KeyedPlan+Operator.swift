import WeirColumns

extension KeyedPlan {
  /// The operator that does what the plan says.
  package func makeOperator(keyGroups: Int, name: String) -> any KeyedOperator {
    guard let wrapping else { return makeOwnOperator(keyGroups, name) }
    let plan = self
    return wrapping { plan.makeOwnOperator(keyGroups, name) }
  }

  /// What the operator's state is the state of.
  package func stateDescription(keyGroups: Int, name: String) -> StateDescription {
    makeOwnOperator(keyGroups, name).description
  }

  private func makeOwnOperator(_ keyGroups: Int, _ name: String) -> any KeyedOperator {
    Self.makeOperator(
      window,
      aggregates,
      key: key,
      input: input,
      keyGroups: keyGroups,
      name: name,
      combined: combinedForm
    )
  }

  /// The operator that aggregates so over an input, without rows; `combined` is how partial aggregates
  /// come to it, if they do.
  static func makeOperator(
    _ window: WindowSpec,
    _ aggregates: [AggregateSpec],
    key: [Int],
    input: Schema,
    keyGroups: Int,
    name: String,
    combined: CombinedForm? = nil
  ) -> any KeyedOperator {
    switch window.shape {
    case .tumbling, .sliding:
      WindowOperator(
        window,
        aggregates,
        keyColumns: key,
        input: input,
        keyGroups: keyGroups,
        operatorName: name,
        combined: combined
      )
    case .session:
      SessionOperator(
        window,
        aggregates,
        keyColumns: key,
        input: input,
        keyGroups: keyGroups,
        operatorName: name
      )
    case .running:
      RunningOperator(
        window,
        aggregates,
        keyColumns: key,
        input: input,
        keyGroups: keyGroups,
        operatorName: name
      )
    }
  }
}
