// What a coordinator knows of instances, processes and regions.

/// An instance, and the process that it has now.
struct CoordinatorMember {
  /// Where the instance is, as far as the coordinator knows.
  enum Step: Hashable, Sendable {
    /// It has no process; one is started at once, or at `retryAt`.
    case missing
    /// Its process was started, or a spare was told what to become.
    case starting
    /// It receives frames, and waits to be told where to begin.
    case bound
    /// It was told, and has not answered.
    case rewinding
    /// It waits for the others of its region.
    case rewound
    case running
    /// Its work is done; it passes barriers.
    case finished
    /// It is being killed.
    case doomed
  }

  let instance: InstanceID
  let isSource: Bool
  /// The guarantee of a sink; nil for others.
  let delivery: Delivery?
  /// False for a sink that cannot take back what became visible.
  let canWithdraw: Bool
  let region: Int
  /// True until the layout is in force that has it.
  var isJoining = false
  var step = Step.missing
  var process: Incarnation?
  var endpoint = ""
  /// When it must have taken the next step of starting.
  var dueBy: Instant?
  /// When a process is started for it again.
  var retryAt: Instant?
  /// Those of its failures that count.
  var budget = RestartBudget()
  /// Whether it dies of a row, and of which.
  var search = PoisonSearch()
  /// The row that it has died of, while that is being made durable; it has no process meanwhile.
  var condemned: QuarantinedRow?
  /// When it gave a sign of life last, or was to begin to; nil while none is expected.
  var heardAt: Instant?
  /// What it said of itself last.
  var progress: EpochProgress?

  /// Makes an instance without a process; `job` is any layout of its plan.
  init(_ instance: InstanceID, of job: JobPlan, region: Int) {
    guard let stage = job.index(of: instance.stage) else {
      preconditionFailure("no stage '\(instance.stage)' in plan '\(job.name)'")
    }
    self.instance = instance
    self.region = region
    switch job.stages[stage].role {
    case .source: (isSource, delivery, canWithdraw) = (true, nil, true)
    case .keyed, .stateless: (isSource, delivery, canWithdraw) = (false, nil, true)
    case .sink(let plan):
      (isSource, delivery, canWithdraw) = (false, plan.delivery, plan.connector.canWithdraw)
    }
  }

  /// True if it may be told where to begin.
  var isReachable: Bool {
    switch step {
    case .missing, .starting, .doomed: false
    case .bound, .rewinding, .rewound, .running, .finished: true
    }
  }

  var isRunning: Bool { step == .running || step == .finished }
}

extension CoordinatorProcess {
  /// True if it may become any instance.
  var isSpare: Bool { member == nil && !isDismissed }
}

/// A process that was started and has not ended.
struct CoordinatorProcess {
  let incarnation: Incarnation
  /// The member it is; nil: a spare, or one whose member is no more.
  var member: Int?
  /// Its member is no more: it is told to leave, or killed.
  var isDismissed = false
  /// When it must have left.
  var leaveBy: Instant?
  var hasGreeted = false
  /// Why it will end, if it is known.
  var lastWords: WeirError?
  /// True if it is killed because it does not answer.
  var isHung = false
  /// How it has ended, while it may still be heard why.
  var exit: ProcessExit?
}

/// The end of an instance's process, as the operating system tells it.
struct ProcessExit {
  let end: ProcessEnd
  /// What it was working on.
  let mark: WorkMark?
  let seenAt: Instant

  /// Until when it may still be heard why, if it exited by itself.
  var wordsDue: Instant {
    seenAt.advanced(byNanoseconds: CoordinatorNode.lastWordsNanoseconds)
  }
}

/// Instances that are connected by channels: they go back together.
struct CoordinatorRegion {
  enum Step: Hashable, Sendable {
    /// Waits until all have a process.
    case waiting
    /// All were told where to begin.
    case rewinding
    case running
  }

  var members: [Int]
  var step = Step.waiting
  var round = Round(0)
  /// True once it has run under this coordinator.
  var hasRun = false
  /// When a lost channel is taken for what it seems, since no death was heard of.
  var lostDue: Instant?
}

/// The epoch that is open: one at a time, until its output is visible.
struct OpenEpoch {
  enum Step: Hashable, Sendable {
    /// Barriers are under way; members report.
    case reporting
    /// All have reported; the manifest is being written. Only its outcome counts now.
    case recording
    /// The checkpoint is complete; sinks make their output visible.
    case committing
  }

  enum Purpose: Hashable, Sendable {
    case periodic
    /// The run stops here, and may go on from here.
    case stop
    /// All have finished.
    case final
    /// Another layout comes into force behind it.
    case turn
  }

  let epoch: Epoch
  let purpose: Purpose
  let openedAt: Instant
  var step = Step.reporting
  /// By member.
  var snapshots: [InstanceSnapshot?]
  /// The member that reported last, and when.
  var lastReport: (member: Int, at: Instant)?
  /// When the checkpoint was complete.
  var completedAt: Instant?
  /// Members whose output is not known to be visible.
  var uncommitted: [Int] = []
}
