import WeirCore

/// When a file sink ends a part and begins the next.
enum PartCut: Hashable {
  /// Without checkpoints: one part, when the run ends well, also without rows.
  case atEnd
  /// With checkpoints: one for each epoch with rows, visible when the epoch is complete.
  case eachEpoch

  /// That of a run's file sinks.
  init(_ job: JobPlan) { self = job.checkpoints == nil ? .atEnd : .eachEpoch }
}
