import WeirColumns

/// The behaviour of an operator without state that has processes of its own.
struct StatelessNode {
  private let outlets: [Outlet]
  private let stage: StageIndex
  private let countsHere: Bool
  private let rows = SelectionBuffer(capacity: Limits.batchRows)

  init(_ plan: StatelessPlan, stage: StageIndex, job: JobPlan) {
    self.stage = stage
    countsHere = plan.work == nil
    let readers = job.stages[stage].port(.main)?.outlets ?? []
    if let work = plan.work {
      outlets = [Outlet(OutletPlan(work: work, target: .outlets(readers)))]
    } else {
      outlets = readers.map { Outlet($0) }
    }
  }

  func turn(
    at now: Moment,
    _ inputs: inout InputSet,
    _ outputs: inout OutputSet,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    guard let taken = inputs.take(at: now.instant) else { return }
    outputs.note(taken.frame.header)
    if let batch = taken.frame.batch {
      if countsHere {
        outputs.counters[stage].counted += UInt64(batch.count)
        outputs.counters[stage].rowsOut += UInt64(batch.count)
      }
      let all = rows.all(batch.count)
      for outlet in outlets { try outlet.push(batch, all, &outputs) }
      effects.append(.recycle(batch))
    }
    if inputs.haveEnded {
      outputs.end(at: inputs.watermark)
    } else {
      outputs.advance(to: inputs.watermark)
      if inputs.isIdle { outputs.becomeIdle() }
    }
  }
}
