// What may be asked of an instance between two events.

extension InstanceNode {
  /// Stands before the rows of every stage whose work this instance does.
  package var rowGuard: RowGuard { outputs.rowGuard }

  /// What stands before the records that a source reads next.
  package var recordGuard: RecordGuard {
    RecordGuard(rowGuard, of: stage, seen: counters[stage].seen)
  }

  /// The stage of the plan that this is an instance of.
  package var stageIndex: StageIndex { stage }

  /// What became of rows, by stage of the plan.
  package var counters: [StageCounters] { outputs.counters }

  /// The least watermark of the inputs; a source's own.
  package var watermark: Watermark {
    if case .source(let source) = role { return source.watermark }
    return inputs.watermark
  }

  /// True while rows wait for credit: the next stage is slower than this one.
  package var isBackpressured: Bool { outputs.isCongested }

  /// True while the results of a firing are left.
  package var isFiring: Bool {
    if case .keyed(let keyed) = role { return keyed.isFiring }
    return false
  }

  /// The keys that have the most rows lately, of an instance of a keyed operator.
  package func hotKeys(at now: Instant) -> HotKeyReport? {
    if case .keyed(let keyed) = role { return keyed.hotKeys(at: now) }
    return nil
  }

  /// Bytes that were cut and wait for credit.
  package var heldBytes: Int { outputs.heldBytes }

  /// Bytes that wait in the input queues.
  package var queuedBytes: Int { inputs.queuedBytes }

  /// Frames and credits of older generations that were dropped.
  package var staleFrames: UInt64 { staleBefore + inputs.staleFrames + outputs.staleFrames }
}
