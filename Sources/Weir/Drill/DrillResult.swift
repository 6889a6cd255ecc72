import WeirCore

/// What one drill did, and how the run came back.
struct DrillResult: Codable, Hashable {
  /// What was done.
  enum Act: String, Codable, Hashable {
    /// SIGKILL to a process of an instance.
    case kill
    /// SIGSTOP to a process of an instance: it lives, and does not answer.
    case hang
    /// SIGKILL to the process of the coordinator, and a new `weir run`.
    case coordinator
  }

  var act: Act
  /// `stage/index`, or `coordinator`.
  var instance: String
  /// The process that was hit.
  var process: Int32
  /// Nil for the coordinator.
  var incarnation: Incarnation?
  var at: WallTime
  /// The checkpoint that was gone back to, 0 for the beginning; nil if that never happened.
  var epoch: Epoch?
  /// Instances that went back.
  var instances = 0
  /// Of the coordinator: from the kill until `weir run` was started again.
  var restartMicroseconds: Int64?
  var seenMicroseconds: Int64?
  var readyMicroseconds: Int64?
  /// Until all were told that rows may flow.
  var goMicroseconds: Int64?
  var runningMicroseconds: Int64?
  var outputMicroseconds: Int64?
  var caughtUpMicroseconds: Int64?
  var gapMicroseconds: Int64?
  var stateBytes: Int64?
  /// Nil where nobody knows how far the sources had read.
  var rowsReplayed: Int?
  /// Instances that no row has reached again, such as those behind windows that are still open.
  var withoutRows: [InstanceID] = []
  /// Failures that belong to the same recovery, this one too.
  var failures = 0
  /// False: it took longer than the drill waits.
  var hasRecovered = false

  init(_ act: Act, _ instance: String, process: Int32, at: WallTime) {
    self.act = act
    self.instance = instance
    self.process = process
    self.at = at
  }

  /// Notes how the run came back; times count from `start`.
  ///
  /// The gap begins with the last rows at any sink, and with the kill where the process of a sink was
  /// replaced or none has ever had rows: what a dead process had last, nobody knows.
  mutating func take(_ recovery: Recovery, from start: Instant, killedAt killed: Instant) {
    func micro(_ instant: Instant?) -> Int64? {
      instant.map { ($0.nanoseconds - start.nanoseconds) / 1000 }
    }
    let own = recovery.failures.first { $0.incarnation == incarnation }
    if act != .coordinator { seenMicroseconds = micro(own?.seenAt) }
    readyMicroseconds = micro(recovery.readyAt)
    goMicroseconds = micro(recovery.goAt)
    runningMicroseconds = micro(recovery.runningAt)
    outputMicroseconds = micro(recovery.outputAt)
    caughtUpMicroseconds = micro(recovery.caughtUpAt)
    if let output = recovery.outputAt {
      let isSinkNew = recovery.members.contains { $0.kind == .sink && $0.boundAt != nil }
      let known = recovery.outputBefore ?? killed
      let before = isSinkNew ? max(known, killed) : known
      gapMicroseconds = (output.nanoseconds - before.nanoseconds) / 1000
    }
    epoch = recovery.toldAt == nil ? nil : recovery.epoch
    instances = recovery.members.count
    stateBytes = recovery.stateBytes
    rowsReplayed = recovery.replayed
    withoutRows = recovery.withoutRows
    failures = recovery.failures.count
    hasRecovered = recovery.caughtUpAt != nil
  }

  func microseconds(_ measure: DrillMeasure) -> Int64? {
    switch measure {
    case .seen: seenMicroseconds
    case .ready: readyMicroseconds
    case .running: runningMicroseconds
    case .output: outputMicroseconds
    case .caughtUp: caughtUpMicroseconds
    case .gap: gapMicroseconds
    }
  }
}
