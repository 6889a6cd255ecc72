import WeirCore

/// What a run did, when it is over: for people as a table, for programs as JSON.
struct RunSummary: Codable, Hashable {
  struct Stage: Codable, Hashable {
    var name: String
    var kind: String
    var processes: Int
    /// The stage in whose processes it ran, if it had none.
    var host: String?
    var rowsIn: UInt64
    var rowsOut: UInt64
    /// Rows that reached the state, or went on: with the next four they add up to `rowsIn`.
    var counted: UInt64
    /// Rows that `where` took out.
    var filtered: UInt64
    var late: UInt64
    /// Records that were no rows.
    var rejected: UInt64
    /// Rows for which an expression failed.
    var errors: UInt64
    /// Result rows that `having` took out.
    var withheld: UInt64
    /// Rows among `errors` that were kept from the operator because they kill it; nil: none.
    var quarantined: UInt64?
    /// The port that they went to; nil: they were dropped, or there were none.
    var quarantinedTo: String?
    /// From when a row was due or read to its arrival at the sink; the greatest of all instances.
    var latencyP50Microseconds: Int64?
    var latencyP99Microseconds: Int64?
    var cpuSeconds: Double?
    /// The most memory that its instances had, added up.
    var peakMemoryBytes: Int64?
  }

  struct Failure: Codable, Hashable {
    var instance: String
    var error: WeirError
  }

  var name: String
  /// `finished`, `stopped`, `interrupted`, `unread` or `failed`.
  var outcome: String
  var wallSeconds: Double
  var cpuSeconds: Double
  var stages: [Stage]
  /// What was written: files that are visible now.
  var outputs: [SinkOutput]
  var failure: Failure?
  /// What was found when the output was read again; nil: it was not.
  var audit: AuditReport?

  init(
    _ state: RunState,
    outcome: RunOutcome,
    outputs: [SinkOutput],
    audit: AuditReport? = nil,
    at now: Moment
  ) {
    name = state.job.name
    self.outcome = outcome.rawValue
    wallSeconds = (state.seconds(at: now.instant) * 1000).rounded() / 1000
    stages = state.job.stages.indices.map { Stage(state, $0) }
    cpuSeconds = stages.reduce(0) { $0 + ($1.cpuSeconds ?? 0) }
    self.outputs = outputs
    self.audit = audit
    failure = state.failure.map {
      Failure(instance: $0.instance.map { "\($0)" } ?? "checkpoints", error: $0.error)
    }
  }
}

/// A file that a sink has made.
struct SinkOutput: Codable, Hashable {
  var sink: String
  var path: String
}

extension RunSummary.Stage {
  init(_ state: RunState, _ index: StageIndex) {
    let plan = state.job.stages[index]
    let counters = state.counters(of: index)
    let reports = state.reports(of: index)
    name = plan.name
    kind = plan.role.word
    processes = plan.processes
    host = plan.processes == 0 ? state.job.host(of: index).map { state.job.stages[$0].name } : nil
    rowsIn = counters.rowsIn
    rowsOut = counters.rowsOut
    counted = counters.counted
    filtered = counters.filtered
    late = counters.late
    rejected = counters.rejected
    errors = counters.errors
    withheld = counters.withheld
    if counters.quarantined > 0 {
      quarantined = counters.quarantined
      let port = plan.poisonPort
      let isRead = plan.poisonPolicy == .divert && state.job.isRead(port, of: index)
      quarantinedTo = isRead ? "\(plan.name).\(port.rawValue)" : nil
    }
    latencyP50Microseconds = reports.compactMap { $0.latency?.p50 }.max()
    latencyP99Microseconds = reports.compactMap { $0.latency?.p99 }.max()
    guard !reports.isEmpty else { return }
    cpuSeconds = reports.reduce(0) { $0 + $1.cpuSeconds }
    peakMemoryBytes = reports.reduce(0) { $0 + $1.peakMemoryBytes }
  }
}

extension StageRole {
  /// What people call it.
  var word: String {
    switch self {
    case .source: "source"
    case .stateless, .keyed: "operator"
    case .sink: "sink"
    }
  }
}
