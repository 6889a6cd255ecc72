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
    let most = outputs.rowGuard.care.rows
    outputs.counters[stage].rowsIn += UInt64(batch.count)
    outputs.counters[stage].counted += UInt64(batch.count)
    outputs.counters[stage].rowsOut += UInt64(batch.count)
    let oldest = taken.frame.header.oldestAt
    if batch.count <= most {
      effects.append(.write(batch, edge: taken.edge, oldest: oldest))
    } else {
      for first in stride(from: 0, to: batch.count, by: most) {
        let piece = batch.copy(first..<min(first + most, batch.count))
        effects.append(.write(piece, edge: taken.edge, oldest: oldest))
      }
    }
    effects.append(.recycle(batch))
  }
}
