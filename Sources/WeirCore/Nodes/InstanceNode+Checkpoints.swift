import WeirColumns

// Epochs: marked when all inputs have brought their barrier, reported when all is durable.

extension InstanceNode {
  /// Marks an aligned epoch, unless the state or the output of one before is still on its way out:
  /// until then nothing is taken from the queues.
  ///
  /// Output that turns out not to be durable goes with the epoch that is prepared next, which must
  /// not be an epoch that was prepared meanwhile.
  mutating func markWaiting(into effects: inout [InstanceEffect]) {
    guard let epoch = waiting else { return }
    if case .keyed(let keyed) = role, keyed.snapshot != nil { return }
    guard !snapshots.isPreparing || Mutant.preparesOverlap.isActive else { return }
    waiting = nil
    mark(epoch, into: &effects)
  }

  /// Takes the snapshot of an epoch: everything before is in it, everything after is not.
  mutating func mark(_ epoch: Epoch, into effects: inout [InstanceEffect]) {
    var snapshot = InstanceSnapshot(epoch: epoch, incarnation: incarnation)
    snapshot.counters = outputs.counters
    snapshot.sent = outputs.sent
    snapshot.watermark = watermark
    snapshot.isFinished = phase != .running
    if let since = aligningSince, since.epoch == epoch {
      snapshot.times.alignment = since.instant.microseconds(to: outputs.now.instant)
    }
    var waitsForOutput = false
    var waitsForState = false
    switch role {
    case .source(let source): source.mark(in: &snapshot)
    case .keyed(var keyed):
      guard job.checkpoints != nil else { break }
      role = .moving
      keyed.mark(epoch, into: &effects)
      role = .keyed(keyed)
      waitsForState = true
    case .stateless: break
    case .sink:
      waitsForOutput = true
      effects.append(.prepare(epoch))
    case .moving: preconditionFailure("a mark inside a turn of \(instance)")
    }
    outputs.barrier(epoch)
    snapshots.begin(
      snapshot,
      waitsForState: waitsForState,
      waitsForOutput: waitsForOutput,
      at: outputs.now.instant,
      into: &effects
    )
    if reshaping?.epoch == epoch { beginTurn(into: &effects) }
  }

  mutating func prepared(
    _ epoch: Epoch,
    _ outputs: [PreparedOutput],
    into effects: inout [InstanceEffect]
  ) {
    guard case .sink(let sink) = role, sink.delivery == .atLeastOnce else {
      snapshots.prepared(epoch, outputs, at: self.outputs.now.instant, into: &effects)
      return
    }
    // Nobody's word is waited for: a failure before the checkpoint is complete shows it again. But it
    // is visible before the epoch is reported, since nothing would show it later.
    effects.append(.commit(epoch, outputs))
  }

  mutating func committed(_ epoch: Epoch, into effects: inout [InstanceEffect]) {
    if case .sink(let sink) = role, sink.delivery == .atLeastOnce {
      snapshots.prepared(epoch, [], at: outputs.now.instant, into: &effects)
      return
    }
    snapshots.committed(epoch)
    effects.append(.report(.committed(epoch)))
  }

  /// How far this instance is with the newest epoch it knows of.
  package var epochProgress: EpochProgress? {
    if let epoch = inputs.aligning { return EpochProgress(epoch: epoch, step: .alignment) }
    return snapshots.progress
  }
}
