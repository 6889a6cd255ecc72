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
  private static func order(_ step: Failpoint) -> String {
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
    case .damageIn, .manifestAside: name
    case .partWithdrawn: "\(name)@copy_out/0"
    }
  }

  /// The steps that are taken only when a checkpoint is damaged.
  private static let stepsOfDamage = [Failpoint.damageIn, .manifestAside, .partWithdrawn]

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

  @Test(arguments: Failpoint.allCases.filter { !stepsOfDamage.contains($0) })
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
    #expect(folder.names(in: ".weir/recovery").contains("failpoint-\(step.rawValue)"))
    #expect(!Damage.takeWithdrawn(folder).isEmpty)
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
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
