import Glibc
import Testing
import WeirRuntime

/// Kills a real process at every step of the protocols: the output is that of a run without failures.
@Suite(.serialized) struct FailpointTests {
  /// Short, with a checkpoint all the time.
  private static let topology = RecoveryTopology(
    rows: 8_000,
    checkpoints: "{ every: 40ms, keep: 2 }",
    rate: 16_000
  )

  /// What an undisturbed run without checkpoints makes.
  private static let expected = topology.undisturbedOutput()

  /// Who dies first where a step comes only after a failure: one checkpoint is complete by then.
  private static let early = "part-renamed@copy_out/0#2,"

  /// What `WEIR_FAILPOINT` says so that a process dies at the step.
  static func order(_ step: Failpoint) -> String {
    let name = step.rawValue
    return switch step {
    case .started: "\(name)@spare/0"
    case .greeted: "\(name)@visits/0"
    case .assigned: "\(name)@payments/0"
    case .bound: "\(name)@copy_out/0"
    case .rewindHeard, .goHeard: early + "\(name)@payments/0#2"
    case .linked: early + "\(name)@totals/0#2"
    case .restoreBegun: early + "\(name)@visits/0#2"
    case .stateRead: early + "\(name)@totals/1"
    case .restored: early + "\(name)@totals_out/1#2"
    case .creditOut: "\(name)@totals/0"
    case .creditIn: "\(name)@payments/0"
    case .pinged: "\(name)@visits/0"
    case .checkpointHeard, .reportOut: "\(name)@payments/0#3"
    case .barrierOut: "\(name)@payments/0#5"
    case .barrierIn: "\(name)@totals_out/0#4"
    case .marked, .stateWritten: "\(name)@visits/0#3"
    case .stateSynced, .stateDurable: "\(name)@totals/1#3"
    case .prepareBegun, .partSynced, .partPrepared, .partRenamed: "\(name)@copy_out/0#3"
    case .commitHeard, .partCommitted: "\(name)@totals_out/1#2"
    case .abortHeard: "report-out@totals/0#3,\(name)@payments/0"
    case .finishedOut: "\(name)@totals/0"
    case .leaveHeard: "\(name)@late_out/0"
    case .numbersWritten, .numbersSynced, .numbersRenamed, .numbersDurable: "\(name)#3"
    case .spawned, .assignOut, .rewoundIn, .rewindOut: "\(name)#3"
    case .goOut: "\(name)#2"
    case .checkpointOut: "\(name)#3"
    case .reportIn: "\(name)#10"
    case .manifestWritten, .manifestSynced, .manifestRenamed, .manifestDurable: "\(name)#3"
    case .commitOut, .committedIn: "\(name)#7"
    case .checkpointsDropped: name
    case .abortOut: "report-out@totals/0#3,\(name)"
    case .exitSeen: early + name
    case .concluding, .concluded, .leaveOut: name
    case .damageIn, .manifestAside, .manifestPassed, .partTakenBack, .stateAside: name
    case .partWithdrawn: "\(name)@copy_out/0"
    case .lineageNoted: "\(name)#3"
    case .drainOut, .drainHeard, .partRenumbered: name
    case .earlierPartRenamed: "\(name)@copy_out/0"
    case .quarantineWritten, .quarantineSynced, .quarantineRenamed, .quarantineDurable: name
    case .reshapeOut, .reshapedIn, .inheritOut, .joinedIn: "\(name)#2"
    case .reshapeHeard, .reshapedOut: "\(name)@visits/0"
    case .inheritHeard, .joinedOut: "\(name)@totals/3"
    }
  }

  /// The steps that are taken only when a checkpoint is damaged.
  private static let stepsOfDamage = [Failpoint.damageIn, .manifestAside, .partWithdrawn]
  /// Those that are taken when the damage is found before the start.
  private static let stepsOfDamageAtStart = [Failpoint.manifestPassed, .partTakenBack]
  /// Those that are taken when a run begins anew.
  private static let stepsOfBeginning = [Failpoint.stateAside]
  /// Those that are taken when a row kills its operator.
  private static let stepsOfQuarantine = [
    Failpoint.quarantineWritten, .quarantineSynced, .quarantineRenamed, .quarantineDurable,
  ]
  /// Those that are taken when the input is ended by a command.
  private static let stepsOfDrain = [Failpoint.drainOut, .drainHeard]
  /// Those that are taken when a checkpoint has failed and the run has gone on.
  private static let stepsOfFailedEpoch = [Failpoint.partRenumbered, .earlierPartRenamed]
  /// Those that are taken when a run is scaled.
  static let stepsOfScaling = [
    Failpoint.reshapeOut, .reshapedIn, .inheritOut, .joinedIn, .reshapeHeard, .reshapedOut,
    .inheritHeard, .joinedOut,
  ]
  /// All others: they are taken in every run, or in one in which somebody dies.
  private static let usualSteps = Failpoint.allCases.filter { step in
    ![
      stepsOfDamage, stepsOfDamageAtStart, stepsOfQuarantine, stepsOfDrain, stepsOfFailedEpoch,
      stepsOfBeginning, stepsOfScaling,
    ].contains { $0.contains(step) }
  }

  private static func start(
    _ folder: TestFolder,
    _ topology: RecoveryTopology,
    _ order: String
  ) throws -> WeirProcess {
    folder.write("run.yaml", topology.text)
    return try WeirProcess(
      ["run", "\(folder.path)/run.yaml", "--log-format", "json"],
      in: folder,
      environment: ["WEIR_FAILPOINT": order]
    )
  }

  /// Runs with an order; when the coordinator has died, runs again.
  private static func run(
    _ order: String,
    _ topology: RecoveryTopology = topology
  ) throws -> TestFolder {
    let folder = TestFolder()
    let first = try start(folder, topology, order)
    let end = first.end()
    if end == .killed(SIGKILL) {
      // The order is still there: whoever would obey it finds that somebody has.
      let second = try start(folder, topology, order)
      #expect(second.end() == .exited(0), "\(order): \(second.errors)")
    } else {
      #expect(end == .exited(0), "\(order): \(first.errors)")
    }
    for step in order.split(separator: ",").map({ $0.prefix { $0 != "@" && $0 != "#" } }) {
      let isReached = folder.names(in: ".weir/recovery").contains("failpoint-\(step)")
      #expect(isReached, "'\(step)' was not reached with \(order)")
    }
    RecoveryTopology.expectWhole(folder, try expected.get())
    return folder
  }

  @Test(arguments: usualSteps)
  func `a process that dies at any step of the protocols loses and doubles nothing`(
    _ step: Failpoint
  ) throws {
    var topology = Self.topology
    // Heartbeats come once a second.
    if step == .pinged { topology.rate = 6_000 }
    _ = try Self.run(Self.order(step), topology)
  }

  @Test(arguments: stepsOfDamage)
  func `a process that dies while the run goes back behind a damaged checkpoint doubles nothing`(
    _ step: Failpoint
  ) throws {
    let folder = TestFolder()
    let order = Self.order(step)
    var run = try Self.start(folder, Self.topology, order)
    let damage = Damage(folder: folder, run: run)
    _ = try damage.strike("visits", afterEpoch: 3, output: "copy")
    if step.isCoordinators {
      #expect(run.end() == .killed(SIGKILL), "\(run.errors)")
      run = try Self.start(folder, Self.topology, order)
    }
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(Self.isReached(step, folder))
    #expect(!Damage.takeWithdrawn(folder).isEmpty)
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  private static func isReached(_ step: Failpoint, _ folder: TestFolder) -> Bool {
    folder.names(in: ".weir/recovery").contains("failpoint-\(step.rawValue)")
  }

  /// Waits until a run has so many checkpoints.
  private static func waitForEpoch(_ epoch: Int, _ folder: TestFolder, _ run: WeirProcess) throws {
    let isThere = Waiting.until { run.poll() != nil || Damage.epochs(folder).last ?? 0 >= epoch }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
  }

  @Test(arguments: stepsOfDamageAtStart)
  func `a start that dies while it passes over a damaged checkpoint doubles nothing`(
    _ step: Failpoint
  ) throws {
    let folder = TestFolder()
    let stopped = try Self.start(folder, Self.topology, "")
    try Self.waitForEpoch(4, folder, stopped)
    stopped.send(SIGTERM)
    #expect(stopped.end() == .exited(0), "\(stopped.errors)")
    let newest = try #require(folder.names(in: ".weir/recovery").last { $0.hasPrefix("manifest-") })
    folder.write(".weir/recovery/\(newest)", "{}")
    let first = try Self.start(folder, Self.topology, Self.order(step))
    #expect(first.end() == .killed(SIGKILL), "\(first.errors)")
    #expect(Self.isReached(step, folder))
    let second = try Self.start(folder, Self.topology, Self.order(step))
    #expect(second.end() == .exited(0), "\(second.errors)")
    #expect(!Damage.takeWithdrawn(folder).isEmpty)
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  @Test(arguments: stepsOfBeginning)
  func `a start that dies while earlier runs are put aside adds nothing to their output`(
    _ step: Failpoint
  ) throws {
    let folder = TestFolder()
    let stopped = try Self.start(folder, Self.topology, "")
    try Self.waitForEpoch(4, folder, stopped)
    stopped.send(SIGTERM)
    #expect(stopped.end() == .exited(0), "\(stopped.errors)")
    let before = folder.names(in: "out")
    #expect(!before.isEmpty)
    func begin(_ options: [String], _ order: String = "") throws -> WeirProcess {
      try WeirProcess(
        ["run", "\(folder.path)/run.yaml"] + options,
        in: folder,
        environment: ["WEIR_FAILPOINT": order]
      )
    }
    let dead = try begin(["--fresh"], Self.order(step))
    #expect(dead.end() == .killed(SIGKILL), "\(dead.errors)")
    #expect(Self.isReached(step, folder))
    // Without its state, nobody knows what that output is.
    let refused = try begin([])
    #expect(refused.end() == .exited(2), "\(refused.errors)")
    #expect(folder.names(in: "out") == before)
    // What is put aside is named after the second.
    let second = time(nil)
    #expect(Waiting.until { time(nil) > second })
    let fresh = try begin(["--fresh"])
    #expect(fresh.end() == .exited(0), "\(fresh.errors)")
    #expect(folder.names(in: "out").filter { $0.contains(".old-") }.count == before.count)
    for name in folder.names(in: "out") where name.contains(".old-") {
      unlink("\(folder.path)/out/\(name)")
    }
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  @Test(arguments: stepsOfDrain)
  func `a process that dies while the input is being ended loses and doubles nothing`(
    _ step: Failpoint
  ) throws {
    let folder = TestFolder()
    var topology = Self.topology
    topology.rows = 60_000
    topology.rate = 6_000
    let run = try Self.start(folder, topology, Self.order(step))
    try Self.waitForEpoch(3, folder, run)
    let stop = try WeirProcess(["stop", "recovery", "--drain"], in: folder)
    let end = run.end()
    _ = stop.end()
    #expect(Self.isReached(step, folder))
    if step.isCoordinators {
      #expect(end == .killed(SIGKILL), "\(run.errors)")
      // Nobody remembers what was asked for: it is asked for again.
      let next = try Self.start(folder, topology, Self.order(step))
      try Self.waitForEpoch((Damage.epochs(folder).last ?? 0) + 2, folder, next)
      let again = try WeirProcess(["stop", "recovery", "--drain"], in: folder)
      #expect(again.end() == .exited(0), "\(again.errors)")
      #expect(next.end() == .exited(0), "\(next.errors)")
    } else {
      #expect(end == .exited(0), "\(run.errors)")
    }
    // As if there had never been more rows than were read: every window has fired.
    topology.rows = folder.sortedLines(in: "out", prefix: "copy").count
    #expect(topology.rows > 0 && topology.rows < 60_000, "\(topology.rows)")
    RecoveryTopology.expectWhole(folder, try topology.undisturbedOutput().get())
  }

  /// Longer, so that a checkpoint can fail in the middle.
  private static let long: RecoveryTopology = {
    var long = topology
    long.rows = 24_000
    long.checkpoints = "{ every: 40ms, keep: 2, timeout: 300ms, max_failures: 50 }"
    return long
  }()

  private static let expectedOfLong = long.undisturbedOutput()

  @Test(arguments: stepsOfFailedEpoch)
  func `a process that dies over the output of a failed checkpoint loses and doubles nothing`(
    _ step: Failpoint
  ) throws {
    let folder = TestFolder()
    let run = try Self.start(folder, Self.long, Self.order(step))
    try Self.waitForEpoch(3, folder, run)
    let stopped = ProcessTable.instances(of: folder).filter { $0.stage == "totals" }
    try #require(stopped.count == 2)
    for victim in stopped { kill(victim.id, SIGSTOP) }
    // Whoever is not behind the one that stands still has prepared its output by then.
    #expect(Waiting.until { run.poll() != nil || run.errors.contains("took longer than") })
    for victim in stopped { kill(victim.id, SIGCONT) }
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(Self.isReached(step, folder), "\(run.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expectedOfLong.get())
  }

  @Test(arguments: stepsOfQuarantine)
  func `a coordinator that dies while a row is kept from its operator keeps that row alone`(
    _ step: Failpoint
  ) throws {
    let poison = "a000004321"
    var topology = Self.topology
    topology.more = "on_error: skip"
    let folder = TestFolder()
    folder.write("run.yaml", topology.text)
    func start() throws -> WeirProcess {
      try WeirProcess(
        ["run", "\(folder.path)/run.yaml", "--format", "json"],
        in: folder,
        environment: [
          "WEIR_FAILPOINT": "\(Self.order(step)),poison:totals:\(poison)",
          "SWIFT_BACKTRACE": "enable=no",
        ]
      )
    }
    let first = try start()
    #expect(first.end() == .killed(SIGKILL), "\(first.errors)")
    #expect(Self.isReached(step, folder))
    let second = try start()
    #expect(second.end() == .exited(0), "\(second.errors)")
    let report = try second.summary()
    #expect(report["totals"]?.quarantined == 1 && report["totals"]?.errors == 1)
    var without = topology
    without.more = "where: id <> '\(poison)'"
    RecoveryTopology.expectWhole(folder, try without.undisturbedOutput().get())
  }

  @Test(arguments: [
    // Several at once, during a checkpoint, during the rewind, during the commit.
    "barrier-in@totals/0#3,barrier-out@payments/0#4,part-synced@copy_out/0#2",
    "state-synced@totals/0#2,rewind-heard@totals/1#2,restored@visits/0#3",
    "commit-heard@copy_out/0#2,state-read@totals/0,go-heard@totals_out/0#2",
    "part-renamed@copy_out/0#2,assigned@spare/0,rewind-out#12",
    "manifest-renamed#2,commit-heard@copy_out/0#2,numbers-durable#3",
  ])
  func `processes that die one upon the other lose and double nothing`(_ order: String) throws {
    let folder = TestFolder()
    for _ in 0..<4 {
      let run = try Self.start(folder, Self.topology, order)
      let end = run.end()
      guard end == .killed(SIGKILL) else {
        #expect(end == .exited(0), "\(order): \(run.errors)")
        break
      }
    }
    let dead = folder.names(in: ".weir/recovery").filter { $0.hasPrefix("failpoint-") }
    #expect(dead.count >= 2, "\(dead) of \(order)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }
}
