/// What an instance does with rows.
enum InstanceRole {
  case source(SourceNode)
  case keyed(KeyedNode)
  case stateless(StatelessNode)
  case sink(SinkNode)
  /// While a role's own method runs: it was moved out, so that its memory is not copied.
  case moving

  /// Makes the role of a stage, without any state.
  init(_ job: JobPlan, stage: StageIndex, partitions: [PartitionID], flow: FlowBudget) {
    switch job.stages[stage].role {
    case .source(let plan):
      self = .source(SourceNode(plan, stage: stage, job: job, partitions: partitions))
    case .keyed(let plan): self = .keyed(KeyedNode(plan, stage: stage, job: job, flow: flow))
    case .stateless(let plan): self = .stateless(StatelessNode(plan, stage: stage, job: job))
    case .sink(let plan): self = .sink(SinkNode(stage: stage, delivery: plan.delivery))
    }
  }
}
