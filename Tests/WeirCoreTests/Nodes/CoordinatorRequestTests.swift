import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// What a coordinator does when commands ask, and what it tells of itself.
@Suite struct CoordinatorRequestTests {
  private typealias Script = CoordinatorScript

  /// The words behind what happened last.
  private static func answers(_ script: Script) -> [String] {
    let lines = script.text.split(separator: "\n").map(String.init)
    let start = (lines.lastIndex { $0.hasPrefix(">") } ?? -1) + 1
    return lines[start...].filter { $0.hasPrefix("<") }
  }

  @Test func `a stop that is asked for twice changes nothing`() {
    for reason in [StopReason.checkpoint, .drain] {
      var script = Script()
      script.run()
      script.handle(.stopRequested(.checkpoint))
      #expect(Self.answers(script).contains("< show stopping(WeirCore.StopReason.checkpoint)"))
      script.handle(.stopRequested(reason))
      #expect(Self.answers(script) == [])
    }
  }

  @Test func `what is to end at once does not wait for a stop that is under way`() {
    var script = Script()
    script.run()
    script.handle(.stopRequested(.checkpoint))
    script.handle(.stopRequested(.now))
    #expect(Self.answers(script).contains("< kill in/0"))
    #expect(Self.answers(script).contains("< kill out/0"))
  }

  @Test func `a drain ends the input of the sources, once`() {
    var script = Script()
    script.run()
    script.handle(.stopRequested(.drain))
    #expect(
      Self.answers(script)
        == ["< show stopping(WeirCore.StopReason.drain)", "< tell in/0: drain"]
    )
    script.handle(.stopRequested(.drain))
    #expect(Self.answers(script) == [])
  }

  @Test func `a drain that is asked for early waits until the sources run`() {
    var script = Script()
    script.bind()
    script.handle(.stopRequested(.drain))
    #expect(Self.answers(script) == ["< show stopping(WeirCore.StopReason.drain)"])
    script.say(Script.source, .rewound(Round(1)))
    script.say(Script.sink, .rewound(Round(1)))
    #expect(Self.answers(script).contains("< tell in/0: drain"))
  }

  // MARK: Checkpoints

  private static let both = [CoordinatorDriver.source, CoordinatorDriver.sink]

  /// The epochs that the source was told to begin.
  private static func opened(_ driver: CoordinatorDriver) -> [Epoch] {
    driver.told(CoordinatorDriver.source).compactMap { message in
      if case .checkpoint(let epoch, _) = message { epoch } else { nil }
    }
  }

  private static func report(_ epoch: Epoch, _ driver: inout CoordinatorDriver) {
    for instance in both {
      driver.say(
        instance,
        .snapshotted(InstanceSnapshot(epoch: epoch, incarnation: Incarnation(1)))
      )
    }
  }

  @Test func `a checkpoint that is wanted begins at once, and the next when it is due`() {
    var driver = CoordinatorDriver()
    driver.begin()
    // Not before all run.
    driver.handle(.checkpointRequested)
    #expect(Self.opened(driver) == [])
    driver.go()
    #expect(Self.opened(driver) == [Epoch(1)])
    Self.report(Epoch(1), &driver)
    driver.say(CoordinatorDriver.sink, .committed(Epoch(1)))
    #expect(driver.node.nextEpoch == Epoch(2) && Self.opened(driver) == [])
    let later = driver.pass(milliseconds: 9_900, answering: Self.both)
    #expect(driver.told(CoordinatorDriver.source, in: later).count { $0.isCheckpoint } == 0)
    let due = driver.pass(milliseconds: 200, answering: Self.both)
    #expect(driver.told(CoordinatorDriver.source, in: due).count { $0.isCheckpoint } == 1)
  }

  @Test func `a checkpoint that is under way is not the one that is wanted`() {
    var driver = CoordinatorDriver()
    driver.begin()
    driver.go()
    driver.handle(.checkpointRequested)
    #expect(Self.opened(driver) == [Epoch(1)])
    driver.handle(.checkpointRequested)
    #expect(Self.opened(driver) == [])
    Self.report(Epoch(1), &driver)
    driver.say(CoordinatorDriver.sink, .committed(Epoch(1)))
    #expect(Self.opened(driver) == [Epoch(2)])
  }

  @Test func `a checkpoint that is wanted is taken again when a death has ended it`() throws {
    var driver = CoordinatorDriver()
    driver.begin()
    driver.go()
    driver.handle(.checkpointRequested)
    #expect(Self.opened(driver) == [Epoch(1)])
    let process = try #require(driver.processes[CoordinatorDriver.sink])
    driver.handle(.exited(process, .killed(signal: 9)))
    driver.bind(CoordinatorDriver.sink)
    driver.go(2)
    #expect(Self.opened(driver) == [Epoch(2)])
  }

  @Test func `one that has failed is not wanted any more`() {
    var driver = CoordinatorDriver()
    driver.begin()
    driver.go()
    driver.handle(.checkpointRequested)
    let error = WeirError("E103", "write", recovery: .retry)
    driver.say(CoordinatorDriver.sink, .snapshotFailed(Epoch(1), .write, error))
    #expect(Self.opened(driver) == [])
    #expect(
      driver.effects.contains { if case .say(.checkpointFailed) = $0 { true } else { false } }
    )
  }

  @Test func `without checkpoints there is no next one`() {
    #expect(CoordinatorDriver(nil).node.nextEpoch == nil)
  }

  // MARK: Status

  private static let run = RunIdentity(
    name: "test",
    version: "1",
    process: 1,
    processStart: 1,
    topology: "/test.yaml",
    base: "/",
    stateFolder: "/state",
    startedAt: WallTime(microseconds: 0)
  )

  private static func now(_ milliseconds: Int64) -> Moment {
    Moment(
      instant: Instant(nanoseconds: milliseconds * 1_000_000),
      wall: WallTime(microseconds: milliseconds * 1000)
    )
  }

  @Test func `a status follows the phase, the processes and the checkpoints`() {
    var builder = PlanBuilder()
    let schema = Schema([Field("t", .timestamp)], eventTime: 0)
    builder.sink("out", from: [builder.source("in", schema)])
    var plan = builder.plan()
    var settings = CheckpointSettings()
    settings.every = 1_000_000_000
    plan.checkpoints = settings
    var node = CoordinatorNode(plan)
    var effects: [CoordinatorEffect] = []
    func handle(_ event: CoordinatorEvent, _ milliseconds: Int64 = 0) {
      node.handle(event, at: Self.now(milliseconds).instant, into: &effects)
    }
    func say(_ process: UInt32, _ message: InstanceMessage, _ milliseconds: Int64 = 0) {
      handle(.messageReceived(Incarnation(process), message), milliseconds)
    }
    func status(_ milliseconds: Int64 = 0) -> JobStatus {
      node.status(of: Self.run, at: Self.now(milliseconds))
    }
    #expect(status().phase == .starting)
    #expect(status().instances.map(\.step) == [.missing, .missing])
    handle(.started)
    handle(.numbersWritten)
    #expect(status().instances.map(\.process?.incarnation.number) == [1, 2])
    for process in [UInt32(1), 2] {
      say(process, .hello(version: InstanceMessage.version))
      say(process, .bound(endpoint: "at \(process)"))
    }
    #expect(status().instances.map(\.step) == [.restoring, .restoring])
    for process in [UInt32(1), 2] { say(process, .rewound(Round(1))) }
    #expect(status().phase == .running)
    #expect(status().spare?.incarnation.number == 3)
    #expect(status().checkpoints?.last == nil)
    handle(.ticked, 1000)
    let open = status(1250).checkpoints?.open
    #expect(open?.epoch == Epoch(1))
    #expect(open?.sinceMicroseconds == 250_000)
    #expect(open?.waitingFor.map(\.description) == ["in/0", "out/0"])
    let snapshot = InstanceSnapshot(epoch: Epoch(1), incarnation: Incarnation(1))
    say(1, .snapshotted(snapshot), 1300)
    #expect(status(1300).checkpoints?.open?.waitingFor.map(\.description) == ["out/0"])
    say(2, .snapshotted(snapshot), 1300)
    #expect(status(1300).checkpoints?.open?.step == .recording)
    handle(.manifestWritten(Epoch(1)), 1300)
    #expect(status(1300).checkpoints?.last == Epoch(1))
    handle(.exited(Incarnation(2), .killed(signal: 9)), 1400)
    #expect(status(1400).phase == .recovering)
    #expect(status(1400).instances.map(\.step) == [.running, .starting])
    handle(.stopRequested(.now), 1500)
    #expect(status(1500).phase == .ending)
  }
}

extension CoordinatorMessage {
  fileprivate var isCheckpoint: Bool { if case .checkpoint = self { true } else { false } }
}
