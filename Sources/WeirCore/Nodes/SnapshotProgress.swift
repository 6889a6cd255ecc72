/// The snapshot that an instance is taking, and what a sink has prepared and not committed.
struct SnapshotProgress {
  private var snapshot: InstanceSnapshot?
  private var markedAt = Instant(nanoseconds: 0)
  private var waitsForState = false
  private var waitsForOutput = false
  private var reported = Epoch.none
  /// Epochs whose output was asked for and has not been answered: an answer to a question from before
  /// a rewind is none.
  private var preparing: [Epoch] = []
  /// Oldest first: output of epochs that failed goes with the next one that completes.
  private var outputs: [PreparedOutput] = []

  /// True while output of an epoch is on its way out.
  var isPreparing: Bool { !preparing.isEmpty }

  /// Begins the snapshot of an epoch, which ends that of an older one.
  mutating func begin(
    _ snapshot: InstanceSnapshot,
    waitsForState: Bool = false,
    waitsForOutput: Bool,
    at now: Instant,
    into effects: inout [InstanceEffect]
  ) {
    self.snapshot = snapshot
    markedAt = now
    self.waitsForState = waitsForState
    self.waitsForOutput = waitsForOutput
    if waitsForOutput { preparing.append(snapshot.epoch) }
    reportWhenDone(into: &effects)
  }

  /// Notes output that is durable, whether its epoch goes on or not.
  mutating func prepared(
    _ epoch: Epoch,
    _ prepared: [PreparedOutput],
    at now: Instant,
    into effects: inout [InstanceEffect]
  ) {
    guard let index = preparing.firstIndex(of: epoch) else { return }
    preparing.remove(at: index)
    outputs += prepared
    guard snapshot?.epoch == epoch else { return }
    snapshot?.times.prepare = markedAt.microseconds(to: now)
    waitsForOutput = false
    reportWhenDone(into: &effects)
  }

  /// Notes keyed state that is durable.
  mutating func written(
    _ epoch: Epoch,
    _ state: StateReference,
    at now: Instant,
    into effects: inout [InstanceEffect]
  ) {
    guard snapshot?.epoch == epoch else { return }
    snapshot?.state = state
    snapshot?.times.write = markedAt.microseconds(to: now)
    waitsForState = false
    reportWhenDone(into: &effects)
  }

  /// Notes that a part could not be made durable.
  mutating func failed(
    _ epoch: Epoch,
    _ step: CheckpointStep,
    _ error: WeirError,
    into effects: inout [InstanceEffect]
  ) {
    preparing.removeAll { $0 == epoch }
    guard snapshot?.epoch == epoch else { return }
    snapshot = nil
    effects.append(.report(.snapshotFailed(epoch, step, error)))
  }

  /// Forgets what is visible.
  mutating func committed(_ epoch: Epoch) { outputs.removeAll { $0.epoch <= epoch } }

  /// Reports no more on an epoch that has failed; what it had prepared stays.
  mutating func abort(_ epoch: Epoch) {
    if let snapshot, snapshot.epoch <= epoch { self.snapshot = nil }
    if Mutant.failedOutputDropped.isActive { outputs.removeAll { $0.epoch == epoch } }
  }

  private mutating func reportWhenDone(into effects: inout [InstanceEffect]) {
    guard var done = snapshot, !waitsForState, !waitsForOutput else { return }
    done.outputs = outputs
    snapshot = nil
    reported = done.epoch
    effects.append(.report(.snapshotted(done)))
  }

  /// The newest epoch, and what it waits for.
  var progress: EpochProgress? {
    if let snapshot {
      return EpochProgress(epoch: snapshot.epoch, step: waitsForState ? .write : .prepare)
    }
    guard reported > .none else { return nil }
    return EpochProgress(epoch: reported, step: .reported)
  }
}
