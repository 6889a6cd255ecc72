/// All that a run tells of itself at one moment: the one value that commands read.
///
/// The node fills in what it decides by (phase, steps, epochs), the gateway of processes their
/// numbers, the view what instances have reported. In JSON it is what `weir status --format json`
/// prints; a field that is added later is optional, so that older commands read it still.
package struct JobStatus: Hashable, Sendable, Codable {
  package var run: RunIdentity
  package var phase: Phase
  package var takenAt: WallTime
  /// Seconds since the run was started.
  package var elapsedSeconds = 0.0
  /// The share of bounded input that was read; nil if some source has no end.
  package var progress: Double?
  /// In topological order.
  package var stages: [Stage] = []
  /// The process that is ready to become an instance.
  package var spare: Process?
  /// Nil: none are taken.
  package var checkpoints: Checkpoints?
  /// How regions came back lately, and at the start, oldest first: at most `Limits.recoveriesKept`, and
  /// those that go on.
  package var recoveries: [Recovery]?
  /// What has gone wrong lately, oldest first, at most `Limits.keptIncidents`.
  package var incidents: [Incident] = []
  /// What ended the run before its time.
  package var failure: Incident?
  /// The cores of the machine, as far as they are known.
  package var machine: Machine?
  /// What keeps the run from being faster; nil while it is not known.
  package var bottleneck: Bottleneck?
  /// How the run ended; nil while it lives.
  package var outcome: RunOutcome?

  package init(run: RunIdentity, phase: Phase, takenAt: WallTime) {
    self.run = run
    self.phase = phase
    self.takenAt = takenAt
  }
}

extension JobStatus {
  /// Where a run is in its life, as people see it.
  package enum Phase: String, Hashable, Sendable, Codable {
    /// Processes start and find one another.
    case starting
    case running
    /// Some instances go back to the last checkpoint.
    case recovering
    /// The input was ended by a command; what was read is worked off.
    case draining
    /// Asked to stop: at the checkpoint that is taken.
    case stopping
    /// Processes end.
    case ending
    /// Its coordinator lives and does not answer: a command says so, never a run.
    case silent
  }

  /// A stage, and what its instances add up to.
  package struct Stage: Hashable, Sendable, Codable {
    package var name: String
    /// `source`, `operator` or `sink`.
    package var kind = ""
    /// The stage in whose processes it runs, if it has none of its own.
    package var host: String?
    /// True when every instance has done all it had to do.
    package var hasFinished = false
    /// What became of its rows, also where others did its work for it.
    package var counters = StageCounters()
    package var rowsPerSecond: Double?
    package var watermark: Watermark?
    /// How far the watermark is behind the clock.
    package var behindMicroseconds: Int64?
    package var shares: Shares?
    /// The stages in whose processes its rows are produced; nil for one without processes.
    package var feeders: [String]?
    /// Rows a second of a source that has a rate.
    package var pace: Double?
    /// Whether the input of a source comes to an end; nil for others.
    package var isBounded: Bool?
    /// How many processes it can have at most, and why; nil for one without processes.
    package var scaling: ScaleLimit?
    /// The keys that have the most rows lately, of an operator with a key.
    package var hotKeys: HotKeys?
    /// The most memory that its instances had, added up.
    package var memoryBytes: Int64?
    package var queuedBytes: Int64?
    package var instances: [Instance] = []

    package init(_ name: String, instances: [Instance] = []) {
      self.name = name
      self.instances = instances
    }
  }

  /// How an instance, or all of a stage, spend their time lately; the sum is 1.
  package struct Shares: Hashable, Sendable, Codable {
    package var busy: Double
    package var backpressured: Double
    package var idle: Double

    package init(busy: Double, backpressured: Double, idle: Double) {
      self.busy = busy
      self.backpressured = backpressured
      self.idle = idle
    }
  }

  /// How a process has spent its time since it began, in nanoseconds.
  package struct TimeSpent: Hashable, Sendable, Codable {
    package var busy: Int64
    package var backpressured: Int64
    package var idle: Int64

    package init(busy: Int64 = 0, backpressured: Int64 = 0, idle: Int64 = 0) {
      self.busy = busy
      self.backpressured = backpressured
      self.idle = idle
    }

    package var sum: Int64 { busy + backpressured + idle }

    /// The parts of the whole; nil if there is none.
    package var shares: Shares? {
      guard sum > 0 else { return nil }
      return Shares(
        busy: Double(busy) / Double(sum),
        backpressured: Double(backpressured) / Double(sum),
        idle: Double(idle) / Double(sum)
      )
    }

    package static func += (left: inout TimeSpent, right: TimeSpent) {
      left.busy += right.busy
      left.backpressured += right.backpressured
      left.idle += right.idle
    }

    /// What was added since; from zero, if it has begun anew.
    package func since(_ earlier: TimeSpent) -> TimeSpent {
      guard busy >= earlier.busy, backpressured >= earlier.backpressured, idle >= earlier.idle
      else { return self }
      return TimeSpent(
        busy: busy - earlier.busy,
        backpressured: backpressured - earlier.backpressured,
        idle: idle - earlier.idle
      )
    }
  }

  /// The processors that the processes of the run may use.
  package struct Machine: Hashable, Sendable, Codable {
    /// Fewer than the machine has, if the run may not use all.
    package var cores: Double
    /// Cores that nobody used lately; nil while it is not known.
    package var idleCores: Double?

    package init(cores: Double, idleCores: Double? = nil) {
      self.cores = cores
      self.idleCores = idleCores
    }
  }

  /// Where an instance is, as far as the coordinator knows.
  package enum Step: String, Hashable, Sendable, Codable {
    /// It has no process.
    case missing
    /// Its process starts.
    case starting
    /// It was told where to begin, and restores.
    case restoring
    case running
    /// Its work is done; it passes barriers.
    case finished
    /// It is being killed.
    case ending
  }

  /// An instance and its process.
  package struct Instance: Hashable, Sendable, Codable {
    package var instance: InstanceID
    package var step: Step
    /// Nil while it has none.
    package var process: Process?
    /// How often it has died under this coordinator.
    package var restarts = 0
    /// Of its own stage, since its state began.
    package var rowsIn: UInt64 = 0
    package var rowsOut: UInt64 = 0
    /// Rows that its own process has had in hand: without those that were filtered out before.
    package var rowsTaken: UInt64?
    /// Of those, lately.
    package var rowsPerSecond: Double?
    package var shares: Shares?
    package var timeSpent: TimeSpent?
    package var watermark: Watermark?
    /// Of all processor time since its process began.
    package var cpuSeconds: Double?
    package var memoryBytes: Int64?
    package var queuedBytes: Int64?

    package init(_ instance: InstanceID, step: Step, process: Process?) {
      self.instance = instance
      self.step = step
      self.process = process
    }
  }

  /// A process of the run.
  package struct Process: Hashable, Sendable, Codable {
    package var incarnation: Incarnation
    /// The number that the operating system gave it.
    package var id: Int32?
    package var startedAt: WallTime?

    package init(_ incarnation: Incarnation) { self.incarnation = incarnation }
  }

  /// Something that went wrong; unless it is the run's failure, the run went on.
  package struct Incident: Hashable, Sendable, Codable {
    package var at: WallTime
    /// Nil: the checkpoints or the state folder.
    package var instance: InstanceID?
    package var error: WeirError

    package init(at: WallTime, instance: InstanceID?, error: WeirError) {
      self.at = at
      self.instance = instance
      self.error = error
    }
  }

  /// How the checkpoints fare.
  package struct Checkpoints: Hashable, Sendable, Codable {
    /// From the opening of one to that of the next.
    package var everyMilliseconds: Int64
    /// The last complete one, which a failure goes back to; nil: the beginning.
    package var last: Epoch?
    package var lastAt: WallTime?
    /// From its opening to its manifest.
    package var lastMicroseconds: Int64?
    /// How long the steps took of the newest whose output is visible.
    package var lastTimes: CheckpointTimes?
    /// Completed by this coordinator.
    package var completed = 0
    /// Failed under this coordinator.
    package var failed = 0
    /// Failed since the last complete one.
    package var failedInARow = 0
    package var open: Open?

    package init(everyMilliseconds: Int64) { self.everyMilliseconds = everyMilliseconds }
  }

  /// The checkpoint that is being taken.
  package struct Open: Hashable, Sendable, Codable {
    package enum Step: String, Hashable, Sendable, Codable {
      /// Barriers are under way; instances report.
      case reporting
      /// The manifest is being written.
      case recording
      /// Sinks make their output visible.
      case committing
    }

    package var epoch: Epoch
    package var step: Step
    package var sinceMicroseconds: Int64
    /// Instances that it waits for.
    package var waitingFor: [InstanceID]

    package init(
      epoch: Epoch,
      step: Step,
      sinceMicroseconds: Int64,
      waitingFor: [InstanceID]
    ) {
      self.epoch = epoch
      self.step = step
      self.sinceMicroseconds = sinceMicroseconds
      self.waitingFor = waitingFor
    }
  }

  /// All instances, in the order of their stages.
  package var instances: [Instance] { stages.flatMap(\.instances) }
}
