import WeirColumns

/// The behaviour of a sink instance: rows go to the outside in the order in which they arrive.
struct SinkNode {
  let stage: StageIndex
  let delivery: Delivery

  func turn(
    at now: Moment,
    _ inputs: inout InputSet,
    _ outputs: inout OutputSet,
    into effects: inout [InstanceEffect]
  ) {
    guard let taken = inputs.take(at: now.instant), let batch = taken.frame.batch else { return }
    outputs.counters[stage].rowsIn += UInt64(batch.count)
    outputs.counters[stage].counted += UInt64(batch.count)
    outputs.counters[stage].rowsOut += UInt64(batch.count)
    effects.append(.write(batch, edge: taken.edge, oldest: taken.frame.header.oldestAt))
    effects.append(.recycle(batch))
  }
}
