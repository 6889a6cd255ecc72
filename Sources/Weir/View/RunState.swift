import WeirCore

/// What is known of a run while it goes on: notices in, pictures out; time is an argument.
struct RunState {
  /// Totals at a moment, for rates.
  private struct Sample {
    var instant: Instant
    /// Rows that came in, by stage.
    var rowsIn: [UInt64]
    var instances: [InstanceID: Work]
  }

  /// What became of the checkpoints of this coordinator.
  private struct CheckpointTally {
    var completed = 0
    var failed = 0
    var last: (at: WallTime, microseconds: Int64)?
    var times: CheckpointTimes?
  }

  /// What an instance has done and how it has spent its time, since its process began.
  private struct Work {
    var rowsTaken: UInt64 = 0
    var time = JobStatus.TimeSpent()

    /// What was added since.
    func since(_ earlier: Work) -> Work {
      // A count never goes back while an instance lives; a new one begins at zero.
      Work(
        rowsTaken: rowsTaken - min(earlier.rowsTaken, rowsTaken),
        time: time.since(earlier.time)
      )
    }
  }

  let job: JobPlan
  let startedAt: Moment
  private(set) var phase = JobStatus.Phase.starting
  /// What ended the run before its time.
  private(set) var failure: JobStatus.Incident?
  /// What went wrong and did not end it, oldest first.
  private(set) var incidents: [JobStatus.Incident] = []
  private(set) var instanceCount = 0
  private var progress: [InstanceID: InstanceProgress] = [:]
  private var finished: Set<InstanceID> = []
  private var deaths: [InstanceID: Int] = [:]
  private var checkpoints = CheckpointTally()
  /// When the checkpoint was complete that the run went on from, while it is the last.
  private var resumedAt: WallTime?
  private var samples: [Sample] = []

  /// Rates are taken over the last so many samples: an instance without rows has told of its time once
  /// meanwhile.
  private static let keptSamples = 7
  private static let sampleNanoseconds: Int64 = 450_000_000

  init(_ job: JobPlan, at now: Moment) {
    self.job = job
    startedAt = now
  }

  // MARK: Notices

  mutating func take(_ notice: RunNotice, at now: Moment) {
    switch notice {
    case .running(let instances):
      if phase == .starting { phase = .running }
      instanceCount = instances
    case .progress(let instance, let progress):
      self.progress[instance] = progress
      sample(at: now.instant)
    case .finished(let instance): finished.insert(instance)
    case .stopping(let reason): phase = reason == .drain ? .draining : .stopping
    case .killing, .readerGone, .recovered, .caughtUp: break
    case .warned(let instance, let error): note(error, instance, at: now)
    case .failed(let instance, let error):
      failure = JobStatus.Incident(at: now.wall, instance: instance, error: error)
    case .stateFailed(let error):
      failure = JobStatus.Incident(at: now.wall, instance: nil, error: error)
    case .rewinding: finished = []
    case .died(let instance, let error):
      deaths[instance, default: 0] += 1
      note(error, instance, at: now)
    case .checkpointed(_, let nanoseconds):
      checkpoints.completed += 1
      checkpoints.last = (now.wall, nanoseconds / 1000)
    case .checkpointBroken(_, let error):
      // The one before it is the last now.
      (checkpoints.last, resumedAt) = (nil, nil)
      note(error, nil, at: now)
    case .committed(let times): checkpoints.times = times
    case .checkpointFailed(_, let error):
      checkpoints.failed += 1
      note(error, nil, at: now)
    }
  }

  /// Notes when the checkpoint was complete that the run goes on from.
  mutating func goOn(fromCheckpointAt time: WallTime?) { resumedAt = time }

  /// Notes how a run had ended that was over before.
  mutating func show(_ manifest: Manifest, at now: Moment) {
    for member in manifest.members {
      var progress = InstanceProgress()
      progress.counters = member.snapshot.counters
      progress.watermark = member.snapshot.watermark
      take(.progress(member.instance, progress), at: now)
      take(.finished(member.instance), at: now)
    }
  }

  private mutating func note(_ error: WeirError, _ instance: InstanceID?, at now: Moment) {
    if incidents.count == Limits.keptIncidents { incidents.removeFirst() }
    incidents.append(JobStatus.Incident(at: now.wall, instance: instance, error: error))
  }

  private mutating func sample(at now: Instant) {
    if let last = samples.last,
      now.nanoseconds - last.instant.nanoseconds < Self.sampleNanoseconds
    {
      return
    }
    samples.append(
      Sample(
        instant: now,
        rowsIn: job.stages.indices.map { counters(of: $0).rowsIn },
        instances: Dictionary(uniqueKeysWithValues: progress.keys.map { ($0, work(of: $0)) })
      )
    )
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

  private func work(of instance: InstanceID) -> Work {
    guard let report = progress[instance] else { return Work() }
    return Work(
      rowsTaken: job.index(of: instance.stage).map { taken(report, $0) } ?? 0,
      time: report.timeSpent
    )
  }

  /// Rows of a stage that a process of its own has had in hand.
  private func taken(_ report: InstanceProgress, _ stage: StageIndex) -> UInt64 {
    stage < report.counters.count ? report.counters[stage].seen : 0
  }

  /// The oldest sample, and how many seconds ago it was taken.
  private func earlier(than now: Instant) -> (Sample, seconds: Double)? {
    guard let first = samples.first, now.nanoseconds > first.instant.nanoseconds else { return nil }
    return (first, Double(now.nanoseconds - first.instant.nanoseconds) / 1e9)
  }

  /// What an instance has done since a sample.
  private func recent(_ instance: InstanceID, since sample: Sample) -> Work {
    work(of: instance).since(sample.instances[instance] ?? Work())
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

  private func stage(_ index: StageIndex, at now: Moment) -> JobStatus.Stage {
    let plan = job.stages[index]
    let reports = reports(of: index)
    var stage = JobStatus.Stage(plan.name)
    stage.kind = plan.role.word
    stage.hasFinished = hasFinished(index)
    stage.counters = counters(of: index)
    stage.host = plan.processes == 0 ? job.host(of: index).map { job.stages[$0].name } : nil
    if case .source(let source) = plan.role {
      stage.pace = source.rate
      stage.isBounded = source.isBounded
    }
    if let (sample, seconds) = earlier(than: now.instant) {
      let rows = stage.counters.rowsIn
      stage.rowsPerSecond = Double(rows - min(sample.rowsIn[index], rows)) / seconds
      var time = JobStatus.TimeSpent()
      for instance in 0..<plan.processes {
        time += recent(InstanceID(plan.name, instance), since: sample).time
      }
      stage.shares = time.shares
    }
    if !reports.isEmpty {
      stage.watermark = reports.map(\.watermark).min()
      stage.memoryBytes = reports.reduce(0) { $0 + $1.peakMemoryBytes }
      stage.queuedBytes = reports.reduce(0) { $0 + $1.queuedBytes }
    }
    if let watermark = stage.watermark, watermark != .start, watermark != .end {
      stage.behindMicroseconds = now.wall.microseconds - watermark.microseconds
    }
    return stage
  }

  /// Adds to a status what is known here.
  func complete(_ status: inout JobStatus, at now: Moment) {
    status.elapsedSeconds = seconds(at: now.instant)
    status.progress = readShare(job.stages.indices)
    for index in job.stages.indices where index < status.stages.count {
      let instances = status.stages[index].instances
      status.stages[index] = stage(index, at: now)
      status.stages[index].instances = instances.map { completed($0, of: index, at: now.instant) }
      guard !instances.isEmpty else { continue }
      status.stages[index].feeders = job.feeders(of: index).map { job.stages[$0].name }
      status.stages[index].scaling = job.scaleLimit(of: index)
      status.stages[index].hotKeys = hotKeys(of: index, instances.map(\.instance))
    }
    status.bottleneck = Bottleneck.find(in: status)
    status.checkpoints?.completed = checkpoints.completed
    status.checkpoints?.failed = checkpoints.failed
    status.checkpoints?.lastAt = checkpoints.last?.at ?? resumedAt
    status.checkpoints?.lastMicroseconds = checkpoints.last?.microseconds
    status.checkpoints?.lastTimes = checkpoints.times
    status.incidents = incidents
    status.failure = failure
  }

  private func hotKeys(of stage: StageIndex, _ instances: [InstanceID]) -> HotKeys? {
    guard case .keyed(let plan) = job.stages[stage].role, !plan.key.isEmpty else { return nil }
    return HotKeys(
      columns: plan.key.map { plan.input.fields[$0].name },
      of: instances.compactMap { instance in
        progress[instance]?.hotKeys.map { (instance, $0) }
      }
    )
  }

  private func completed(
    _ instance: JobStatus.Instance,
    of stage: StageIndex,
    at now: Instant
  ) -> JobStatus.Instance {
    var instance = instance
    instance.restarts = deaths[instance.instance] ?? 0
    guard let report = progress[instance.instance] else { return instance }
    if stage < report.counters.count {
      instance.rowsIn = report.counters[stage].rowsIn
      instance.rowsOut = report.counters[stage].rowsOut
    }
    instance.rowsTaken = taken(report, stage)
    instance.timeSpent = report.timeSpent
    if let (sample, seconds) = earlier(than: now) {
      let recent = recent(instance.instance, since: sample)
      instance.rowsPerSecond = Double(recent.rowsTaken) / seconds
      instance.shares = recent.time.shares
    }
    instance.watermark = report.watermark
    instance.cpuSeconds = report.cpuSeconds
    instance.memoryBytes = report.peakMemoryBytes
    instance.queuedBytes = report.queuedBytes
    return instance
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

extension InstanceProgress {
  /// How the process has spent its time since it began.
  var timeSpent: JobStatus.TimeSpent {
    JobStatus.TimeSpent(
      busy: busyNanoseconds,
      backpressured: backpressuredNanoseconds,
      idle: idleNanoseconds
    )
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
