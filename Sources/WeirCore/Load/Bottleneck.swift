/// What keeps a run from being faster: one of its stages, or nothing.
package struct Bottleneck: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case source
    case `operator`
    case sink
    case none
  }

  package enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
    /// It is busy, and a stage before it waits for it.
    case busyAndAwaited
    /// A stage before it waits for it, though it is not busy all the time.
    case awaited
    /// It reads as fast as it can, and nobody holds it back.
    case reading
    /// It does not keep its rate, and nobody holds it back.
    case behindRate
    /// Nobody waits: the sources have no more rows.
    case input
  }

  package var kind: Kind
  package var reason: Reason
  /// Nil if nothing is the bottleneck and no stage does anything; else the busiest stage.
  package var stage: String?
  /// The process that is much busier than the others of the stage.
  package var instance: InstanceID?
  /// The share of its time that the busiest process of the stage is at work.
  package var busy: Double?
  /// The stage before it that waits the most, and for which share of its time.
  package var waiting: String?
  package var waitingShare: Double?
  /// Whether more processes would help; nil if nothing is the bottleneck.
  package var outlook: ScaleOutlook?

  package init(_ kind: Kind, _ reason: Reason, stage: String? = nil) {
    self.kind = kind
    self.reason = reason
    self.stage = stage
  }
}

extension Bottleneck {
  /// Finds it in what a run tells of itself; nil while too little is known, or the run is not at work.
  ///
  /// A stage is the bottleneck if those before it wait for credit and it does not: it is what holds
  /// them back. Of several the busiest is, and of equally busy ones the one nearest to the sinks.
  package static func find(in status: JobStatus) -> Bottleneck? {
    guard [.running, .draining].contains(status.phase) else { return nil }
    let loads = status.stages.compactMap { StageLoad($0) }
    guard loads.contains(where: { $0.stage.kind == "source" }) else { return nil }
    let awaited = loads.filter { $0.waiting < LoadRules.waiting || $0.isBusy }
      .compactMap { load in
        load.feeder(of: loads).flatMap { $0.waiting >= LoadRules.waiting ? (load, $0) : nil }
      }
    let busy = awaited.filter(\.0.isBusy)
    if let (load, feeder) = busiest(busy) {
      return load.bottleneck(.busyAndAwaited, behind: feeder, on: status.machine)
    }
    if let (load, feeder) = busiest(awaited) {
      return load.bottleneck(.awaited, behind: feeder, on: status.machine)
    }
    let sources = loads.filter { $0.stage.kind == "source" && $0.isBusy && !$0.keepsRate }
    if let load = busiest(sources.map { ($0, nil) })?.0 {
      return load.bottleneck(
        load.stage.pace == nil ? .reading : .behindRate,
        behind: nil,
        on: status.machine
      )
    }
    var none = Bottleneck(.none, .input)
    if let load = busiest(loads.map { ($0, nil) })?.0, load.busy > 0 {
      none.stage = load.stage.name
      none.busy = load.busy
    }
    return none
  }

  /// Of equally busy ones the last.
  private static func busiest(
    _ loads: [(StageLoad, StageLoad?)]
  ) -> (StageLoad, StageLoad?)? {
    loads.reversed().max { $0.0.busy < $1.0.busy }
  }
}

/// A stage at work, and how its busiest process spends its time.
private struct StageLoad {
  var stage: JobStatus.Stage
  var busy: Double
  /// The share of its time that the process which waits the most waits for credit.
  var waiting: Double
  /// The process that is much busier than the others.
  var instance: InstanceID?

  var isBusy: Bool { busy >= LoadRules.busy }

  /// True for a source with a rate, if it keeps it.
  var keepsRate: Bool {
    guard let pace = stage.pace, let rate = stage.rowsPerSecond else { return false }
    return rate >= pace * LoadRules.keptRate
  }

  /// Nil for a stage that has finished, has no process, or has not told of its time.
  init?(_ stage: JobStatus.Stage) {
    guard !stage.hasFinished else { return nil }
    let known = stage.instances.compactMap { instance in
      instance.shares.map { (instance.instance, $0) }
    }
    guard let first = known.max(by: { $0.1.busy < $1.1.busy }) else { return nil }
    self.stage = stage
    busy = first.1.busy
    waiting = known.map(\.1.backpressured).max() ?? 0
    let others = known.reduce(0) { $0 + $1.1.busy } - busy
    if known.count > 1, busy - others / Double(known.count - 1) >= LoadRules.uneven {
      instance = first.0
    }
  }

  /// Of the stages before it the one that waits the most.
  func feeder(of loads: [StageLoad]) -> StageLoad? {
    loads.filter { stage.feeders?.contains($0.stage.name) == true }
      .max { $0.waiting < $1.waiting }
  }

  func bottleneck(
    _ reason: Bottleneck.Reason,
    behind feeder: StageLoad?,
    on machine: JobStatus.Machine?
  ) -> Bottleneck {
    let kind = Bottleneck.Kind(rawValue: stage.kind) ?? .operator
    var bottleneck = Bottleneck(kind, reason, stage: stage.name)
    bottleneck.busy = busy
    bottleneck.instance = instance
    bottleneck.waiting = feeder?.stage.name
    bottleneck.waitingShare = feeder?.waiting
    bottleneck.outlook = ScaleOutlook(of: stage, on: machine)
    return bottleneck
  }
}
