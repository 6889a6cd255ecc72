import WeirCore

/// What is known of a run while it goes on: notices in, pictures out; time is an argument.
struct RunState {
  enum Phase: Hashable {
    /// Processes start and find one another.
    case starting
    case running
    /// Asked to stop: sinks publish what has reached them.
    case stopping
  }

  /// What ended the run before its time.
  struct Failure {
    /// Nil: the state folder.
    var instance: InstanceID?
    var error: WeirError
  }

  /// Totals at a moment, for rates.
  private struct Sample {
    var instant: Instant
    var stages: [Totals]
  }

  /// What the instances of a stage add up to.
  struct Totals {
    var rowsIn: UInt64 = 0
    var busy: Int64 = 0
    var backpressured: Int64 = 0
    var idle: Int64 = 0
  }

  let job: JobPlan
  let startedAt: Moment
  private(set) var phase = Phase.starting
  private(set) var failure: Failure?
  private(set) var instanceCount = 0
  private var progress: [InstanceID: InstanceProgress] = [:]
  private var finished: Set<InstanceID> = []
  private var samples: [Sample] = []

  /// Rates are taken over the last so many samples.
  private static let keptSamples = 5
  private static let sampleNanoseconds: Int64 = 450_000_000

  init(_ job: JobPlan, at now: Moment) {
    self.job = job
    startedAt = now
  }

  // MARK: Notices

  mutating func take(_ notice: RunNotice, at now: Moment) {
    switch notice {
    case .running(let instances):
      phase = .running
      instanceCount = instances
    case .progress(let instance, let progress):
      self.progress[instance] = progress
      sample(at: now.instant)
    case .finished(let instance): finished.insert(instance)
    case .stopping: phase = .stopping
    case .killing, .readerGone, .warned: break
    case .failed(let instance, let error): failure = Failure(instance: instance, error: error)
    case .stateFailed(let error): failure = Failure(instance: nil, error: error)
    case .rewinding: finished = []
    case .died, .recovered, .caughtUp, .checkpointed, .checkpointBroken, .checkpointFailed: break
    }
  }

  private mutating func sample(at now: Instant) {
    if let last = samples.last,
      now.nanoseconds - last.instant.nanoseconds < Self.sampleNanoseconds
    {
      return
    }
    samples.append(Sample(instant: now, stages: job.stages.indices.map { totals(of: $0) }))
    if samples.count > Self.keptSamples { samples.removeFirst() }
  }

  // MARK: Sums

  /// What the instances of a stage have reported last, in order; those that never did are left out.
  func reports(of stage: StageIndex) -> [InstanceProgress] {
    (0..<job.stages[stage].processes).compactMap {
      progress[InstanceID(job.stages[stage].name, $0)]
    }
  }

  /// What became of a stage's rows, also where others did its work for it.
  func counters(of stage: StageIndex) -> StageCounters {
    var sum = StageCounters()
    for instance in job.instances {
      guard let counters = progress[instance]?.counters, stage < counters.count else { continue }
      sum += counters[stage]
    }
    return sum
  }

  /// True when every instance of the stage has done all it had to do.
  func hasFinished(_ stage: StageIndex) -> Bool {
    let name = job.stages[stage].name
    let processes = job.stages[stage].processes
    return processes > 0 && (0..<processes).allSatisfy { finished.contains(InstanceID(name, $0)) }
  }

  private func totals(of stage: StageIndex) -> Totals {
    var totals = Totals()
    totals.rowsIn = counters(of: stage).rowsIn
    for report in reports(of: stage) {
      totals.busy += report.busyNanoseconds
      totals.backpressured += report.backpressuredNanoseconds
      totals.idle += report.idleNanoseconds
    }
    return totals
  }

  /// How much a stage did since the oldest sample, and over how many seconds.
  private func recent(_ stage: StageIndex, at now: Instant) -> (Totals, seconds: Double)? {
    guard let first = samples.first, now.nanoseconds > first.instant.nanoseconds else { return nil }
    let then = first.stages[stage]
    var totals = totals(of: stage)
    // A count never goes back while an instance lives; a new one begins at zero.
    totals.rowsIn -= min(then.rowsIn, totals.rowsIn)
    totals.busy -= min(then.busy, totals.busy)
    totals.backpressured -= min(then.backpressured, totals.backpressured)
    totals.idle -= min(then.idle, totals.idle)
    return (totals, Double(now.nanoseconds - first.instant.nanoseconds) / 1e9)
  }

  // MARK: Pictures

  /// The run as it looks now.
  func picture(at now: Moment) -> RunPicture {
    RunPicture(
      name: job.name,
      phase: phase,
      processes: instanceCount,
      elapsedSeconds: seconds(at: now.instant),
      progress: readShare(job.stages.indices),
      stages: job.stages.indices.map { stage($0, at: now) }
    )
  }

  /// Seconds since the run began.
  func seconds(at now: Instant) -> Double {
    Double(now.nanoseconds - startedAt.instant.nanoseconds) / 1e9
  }

  private func stage(_ index: StageIndex, at now: Moment) -> RunPicture.Stage {
    let plan = job.stages[index]
    let counters = counters(of: index)
    let reports = reports(of: index)
    var stage = RunPicture.Stage(
      name: plan.name,
      rowsIn: counters.rowsIn,
      rowsOut: counters.rowsOut,
      hasFinished: hasFinished(index)
    )
    stage.host = plan.processes == 0 ? job.host(of: index).map { job.stages[$0].name } : nil
    if let (totals, seconds) = recent(index, at: now.instant) {
      stage.rowsPerSecond = Double(totals.rowsIn) / seconds
      let sum = Double(totals.busy + totals.backpressured + totals.idle)
      if sum > 0 {
        stage.shares = RunPicture.Shares(
          busy: Double(totals.busy) / sum,
          backpressured: Double(totals.backpressured) / sum,
          idle: Double(totals.idle) / sum
        )
      }
    }
    if !reports.isEmpty {
      stage.watermark = reports.map(\.watermark).min()
      stage.memoryBytes = reports.reduce(0) { $0 + $1.peakMemoryBytes }
    }
    if let watermark = stage.watermark, watermark != .start, watermark != .end {
      stage.behindMicroseconds = now.wall.microseconds - watermark.microseconds
    }
    return stage
  }

  /// The share of bounded input that was read; nil if some source has no end or has said nothing.
  private func readShare(_ stages: Range<Int>) -> Double? {
    var read: Int64 = 0
    var total: Int64 = 0
    for index in stages {
      guard case .source(let source) = job.stages[index].role else { continue }
      guard source.isBounded else { return nil }
      for report in reports(of: index) {
        read += report.readBytes
        total += report.totalBytes
      }
    }
    return total > 0 ? min(Double(read) / Double(total), 1) : nil
  }
}

extension SourcePlan {
  /// True if its input comes to an end.
  var isBounded: Bool {
    switch connector {
    case .file(let file): !file.follow
    case .generate(let generate): generate.rows != nil
    }
  }
}
