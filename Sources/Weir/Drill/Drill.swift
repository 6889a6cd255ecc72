import Glibc
import WeirCore
import WeirPOSIX

/// Fails processes of a run that lives, for real, and measures how the run comes back.
struct Drill {
  private let client: ConsoleClient
  /// How long the run may take to come back, in nanoseconds.
  private let timeout: Int64
  private var draw: DrillDraw
  /// Where the last drill went back to: the next one waits for a later checkpoint.
  private var lastEpoch: Epoch?

  init(_ client: ConsoleClient, seed: UInt64, timeout: Int64) {
    self.client = client
    self.timeout = timeout
    draw = DrillDraw(seed: seed)
  }

  /// Kills or stops instances, all at the same moment.
  ///
  /// Throws E491 if there is no such instance, E492 or E493 if the run is not in a state to be hit,
  /// and what the console throws.
  mutating func hit(
    _ act: DrillResult.Act,
    _ targets: [DrillTarget]
  ) throws(WeirError) -> [DrillResult] {
    let status = try settled()
    var instances: [InstanceID] = []
    for target in targets {
      let candidates = target.candidates(in: status).filter { !instances.contains($0) }
      guard let instance = draw.one(of: candidates) else { throw Self.unknown(target, status) }
      instances.append(instance)
    }
    return try hit(act, instances)
  }

  /// Kills one instance, drawn from all.
  mutating func hitAny() throws(WeirError) -> [DrillResult] {
    let status = try settled()
    guard let instance = draw.one(of: status.instances.map(\.instance)) else { return [] }
    return try hit(.kill, [instance])
  }

  // MARK: Before

  /// Waits until all regions are at work and a failure has a checkpoint of its own to go back to.
  func settled() throws(WeirError) -> JobStatus {
    let first = try client.status()
    guard let checkpoints = first.checkpoints else { throw Self.withoutCheckpoints(first) }
    let patience = DrillPatience(
      nanoseconds: DrillLimits.settle + 2 * checkpoints.everyMilliseconds * 1_000_000
    )
    var last = first
    let found = try patience.first { () throws(WeirError) -> JobStatus? in
      last = try client.status()
      return Self.isSettled(last, after: lastEpoch) ? last : nil
    }
    guard let found else { throw Self.unsettled(last) }
    return found
  }

  private static func isSettled(_ status: JobStatus, after epoch: Epoch?) -> Bool {
    guard status.phase == .running else { return false }
    if let epoch, status.checkpoints?.last ?? .none <= epoch { return false }
    return status.instances.allSatisfy { $0.step == .running || $0.step == .finished }
  }

  // MARK: The hit

  private mutating func hit(
    _ act: DrillResult.Act,
    _ instances: [InstanceID]
  ) throws(WeirError) -> [DrillResult] {
    var results: [DrillResult] = []
    let now = WallClock.now()
    let victims = try victims(instances)
    for (instance, victim) in zip(instances, victims) {
      var result = DrillResult(act, "\(instance)", process: victim.process.id, at: now)
      result.incarnation = victim.incarnation
      results.append(result)
    }
    let killed = MonotonicClock.now()
    for victim in victims {
      try victim.process.send(act == .hang ? SIGSTOP : SIGKILL)
    }
    try watch(&results, from: killed)
    lastEpoch = results.compactMap(\.epoch).max() ?? lastEpoch
    return results
  }

  /// The processes of instances, held so that no later process of the same number can be hit.
  private func victims(
    _ instances: [InstanceID]
  ) throws(WeirError) -> [(process: WatchedProcess, incarnation: Incarnation)] {
    let status = try client.status()
    var victims: [(process: WatchedProcess, incarnation: Incarnation)] = []
    for instance in instances {
      guard let process = status.process(of: instance), let id = process.id,
        let sample = ProcessSample(id),
        let watched = try WatchedProcess(id, startTicks: sample.startTicks)
      else { throw Self.unsettled(status) }
      victims.append((watched, process.incarnation))
    }
    // Still the same now: so those that are held are them.
    let after = try client.status()
    for (instance, victim) in zip(instances, victims)
    where after.process(of: instance)?.id != victim.process.id {
      throw Self.unsettled(after)
    }
    return victims
  }

  // MARK: After

  /// Waits until the run is as far as before, or for long enough.
  private func watch(
    _ results: inout [DrillResult],
    from start: Instant
  ) throws(WeirError) {
    let patience = DrillPatience(nanoseconds: timeout)
    var caughtUp: Instant?
    _ = try patience.first { () throws(WeirError) -> Bool? in
      let recoveries = try client.status().recoveries ?? []
      for index in results.indices {
        let incarnation = results[index].incarnation
        guard let recovery = recoveries.last(where: { $0.isOf(incarnation) }) else { continue }
        results[index].take(recovery, from: start, killedAt: start)
      }
      guard results.allSatisfy(\.hasRecovered) else { return nil }
      let now = MonotonicClock.now()
      let since = caughtUp ?? now
      caughtUp = since
      let isComplete = results.allSatisfy(\.withoutRows.isEmpty)
      return isComplete || now.nanoseconds - since.nanoseconds > DrillLimits.rows ? true : nil
    }
  }

  // MARK: Faults

  private static func unknown(_ target: DrillTarget, _ status: JobStatus) -> WeirError {
    WeirError(
      "E491",
      "the run '\(status.run.name)' has no process of '\(target)' left to hit",
      detail: "there are "
        + status.instances.map { "\($0.instance)" }.joined(separator: ", "),
      hint: "name a stage that has processes of its own, or one of its instances as STAGE/I",
      blame: .user
    )
  }

  private static func withoutCheckpoints(_ status: JobStatus) -> WeirError {
    WeirError(
      "E492",
      "the run '\(status.run.name)' takes no checkpoints: what fails would end it",
      hint: "a drill needs 'checkpoints: { every: … }' in the topology",
      blame: .user
    )
  }

  private static func unsettled(_ status: JobStatus) -> WeirError {
    let busy = status.instances.filter { $0.step != .running && $0.step != .finished }
    let last = status.checkpoints?.last?.number
    return WeirError(
      "E493",
      "the run '\(status.run.name)' is not at work, so nothing was hit",
      detail: busy.isEmpty
        ? "it is \(status.phase.rawValue), its last complete checkpoint is "
          + (last.map { "\($0)" } ?? "none")
        : "waiting for " + busy.map { "\($0.instance)" }.joined(separator: ", "),
      hint: "'weir status \(status.run.name)' shows what it waits for",
      blame: .user
    )
  }
}

extension Recovery {
  /// True if the failure of that process is one of those that it is from.
  fileprivate func isOf(_ incarnation: Incarnation?) -> Bool {
    failures.contains { $0.incarnation != nil && $0.incarnation == incarnation }
  }
}

extension JobStatus {
  /// The process that an instance has now.
  fileprivate func process(of instance: InstanceID) -> Process? {
    instances.first { $0.instance == instance }?.process
  }
}
