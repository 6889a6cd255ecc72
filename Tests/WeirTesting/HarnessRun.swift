import WeirColumns
import WeirCore
import WeirWire

/// One run of the operator harness: plays the senders and the receivers of the instance.
struct HarnessRun {
  var driver: NodeDriver
  let job: JobPlan
  let instance: InstanceID
  private let outputs: [ChannelPlan]
  private var random: SeededRandom?
  private let care: WorkCare
  private let encoder = FrameEncoder(codec: .refusing, policy: .none)
  private var moment = Moment(
    instant: Instant(nanoseconds: 1_000_000),
    wall: WallTime(microseconds: 1_767_261_600_000_000)
  )
  private var sequences: [ChannelID: UInt64] = [:]
  /// What was told to the instance of each channel that it sends on.
  private var allowances: [ChannelID: UInt64] = [:]
  private var received: [ChannelID: UInt64] = [:]

  /// What the senders add rows up with.
  private let combiner: Combiner?
  /// What the senders have said of time.
  private var watermarks: [ChannelID: Watermark] = [:]
  /// Rows that were added up.
  private(set) var combined = 0

  init(
    driver: NodeDriver,
    job: JobPlan,
    instance: InstanceID,
    mode: OperatorHarness.Mode,
    combiner: Combiner?
  ) {
    self.combiner = combiner
    self.driver = driver
    self.job = job
    self.instance = instance
    outputs = job.channels.filter { $0.sender == instance }
    care = mode.care
    random = mode.scarcity.map { SeededRandom(seed: $0) }
  }

  // MARK: Senders

  mutating func link(_ channels: [ChannelPlan]) {
    step(.rewound(Rewind(round: Round(1), generation: Generation(1), care: care)))
    step(.restored(Round(1)))
    for channel in channels {
      let schema = job.edges[channel.edge].schema.fingerprint
      var header = FrameHeader(.hello, channel.id, Generation(1))
      header.schema = schema
      let hello = Hello(
        plan: job.fingerprint,
        schema: schema,
        keyGroups: UInt32(job.keyGroups)
      )
      deliver(Frame(header, hello: hello))
    }
    step(.started(Round(1)))
    work()
  }

  mutating func send(_ batch: Batch, on channel: ChannelPlan, _ watermark: Watermark) {
    defer { watermarks[channel.id] = watermark }
    let before = watermarks[channel.id] ?? .start
    let buffer = SelectionBuffer(capacity: max(batch.count, 1))
    let rows = buffer.all(batch.count)
    guard let combiner, let said = driver.said[channel.id],
      let left = combiner.combine(batch, rows, reach: max(said, before))
    else {
      deliver(batch, on: channel, watermark)
      return
    }
    combined += batch.count - left.count
    if left.count > 0 {
      let rest = Batch(batch.schema, capacity: left.count)
      rest.append(batch, left)
      deliver(rest, on: channel, before)
    }
    deliver(combiner.partials, on: channel, watermark)
  }

  private mutating func deliver(_ batch: Batch, on channel: ChannelPlan, _ watermark: Watermark) {
    var header = FrameHeader(.batch, channel.id, Generation(1))
    header.schema = batch.schema.fingerprint
    header.rows = batch.count
    header.footprint = batch.footprint
    header.watermark = watermark
    deliver(Frame(header, batch: batch))
    work()
  }

  mutating func end(_ channel: ChannelPlan) {
    var header = FrameHeader(.end, channel.id, Generation(1))
    header.watermark = .end
    deliver(Frame(header))
    work()
  }

  private mutating func deliver(_ frame: Frame) {
    var frame = frame
    frame.header.sequence = sequences[frame.header.channel, default: 0]
    sequences[frame.header.channel] = frame.header.sequence + 1
    step(.frame(FrameBytes.of(frame, encoder)))
  }

  // MARK: Turns

  /// Turns; all the work that there is, or with scarce credit some of it.
  private mutating func work() {
    var turns = random?.integer(0...3) ?? 10_000
    repeat {
      step(.turned)
      turns -= 1
    } while turns > 0 && driver.node.hasWork(at: moment)
  }

  /// Turns and gives credit until the instance has finished.
  mutating func finish() {
    for _ in 0..<20_000 {
      if driver.hasFinished { return }
      step(.turned)
      if random != nil { giveCredit() }
    }
    preconditionFailure("\(instance) does not finish: \(driver.node.phase) \(driver.faults)")
  }

  private mutating func step(_ event: RecordedEvent) {
    moment.instant = moment.instant.advanced(byNanoseconds: 700_000)
    moment.wall.microseconds += 700
    driver.step(event, at: moment)
    for header in driver.lastSent { received[header.channel] = header.sequence + 1 }
    guard random == nil || random?.chance(30) == true else { return }
    giveCredit()
  }

  // MARK: Receivers

  /// Plenty of credit for what is new; when it is scarce, a few bytes for some channel.
  private mutating func giveCredit() {
    for channel in outputs {
      guard let count = received[channel.id] else { continue }
      let before = allowances[channel.id]
      if random != nil {
        guard random?.chance(50) == true else { continue }
        allowances[channel.id] = (before ?? 0) + UInt64(random?.integer(0...60) ?? 0)
      } else {
        guard before == nil || !driver.lastSent.isEmpty else { continue }
        allowances[channel.id] = 1 << 40
      }
      var header = FrameHeader(.credit, channel.id, Generation(1))
      header.allowance = allowances[channel.id] ?? 0
      header.acknowledged = count
      driver.step(.frame(FrameBytes.of(Frame(header), encoder)), at: moment)
      for header in driver.lastSent { received[header.channel] = header.sequence + 1 }
    }
  }
}
