extension KeyedPlan {
  /// The operator that does what the plan says.
  package func makeOperator(keyGroups: Int, name: String) -> any KeyedOperator {
    switch window.shape {
    case .tumbling, .sliding:
      WindowOperator(
        window,
        aggregates,
        keyColumns: key,
        input: input,
        keyGroups: keyGroups,
        operatorName: name
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
