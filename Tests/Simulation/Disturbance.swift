import WeirCore
import WeirTesting

/// What goes wrong in a run, and how slow its parts are.
package struct Disturbance {
  /// A fault that comes when a step is taken for the n-th time.
  struct Trap {
    var kind: NodeKind
    var step: ProtocolStep
    var count: Int
    var fault: Fault
  }

  /// How the run is asked to stop, if it is.
  enum Request: Hashable {
    case none
    case signal(StopSignal, step: Int, again: Int?)
    case stop(StopReason, step: Int)
  }

  var traps: [Trap] = []
  /// Steps at which some process is killed.
  var kills: [Int] = []
  /// How many files of state are damaged when they are read.
  var damages = 0
  /// Steps at which somebody asks for another layout.
  var scales: [Int] = []
  /// Steps at which some connection loses what is under way.
  var cuts: [Int] = []
  var request = Request.none
  var checkpoints: CheckpointSettings?
  /// The most nanoseconds that a message is under way, or a write takes.
  var delay: Int64
  /// How many steps of a thousand pause a process.
  var pauses: Int
  /// How many processes of a hundred are slow.
  var slow: Int
  /// How many writes of a hundred fail while faults go on.
  var diskFailures: Int
  /// Budgets of a few bytes.
  var isScarce: Bool
  /// Whether the wall clock jumps by an hour now and then.
  var jumps: Bool
  var delivery = Delivery.exactlyOnce
  /// Whether there is a row that kills its operator.
  let hasPoison: Bool
  /// Whether a run goes on with other numbers of processes.
  let changesLayout: Bool
  /// Whether somebody wants a checkpoint at once, again and again.
  let wantsCheckpoints: Bool
  /// Whether the coordinator dies while it has that made durable.
  let interruptsQuarantine: Bool
  /// Whether somebody is killed who has a single row in hand that does no harm.
  let killsAtWork: Bool

  init(_ random: inout SeededRandom, seed: UInt64) {
    delay = random.element(of: [10_000, 300_000, 5_000_000])
    pauses = random.element(of: [0, 0, 5])
    slow = random.element(of: [0, 30, 60])
    isScarce = random.chance(60)
    jumps = random.chance(30)
    let failures = random.element(of: [0, 0, 0, 20])
    let hasCheckpoints = random.chance(85)
    diskFailures = hasCheckpoints ? failures : 0
    hasPoison = hasCheckpoints && seed % 8 == 5
    changesLayout = hasCheckpoints && seed % 3 == 1
    wantsCheckpoints = hasCheckpoints && seed % 7 == 3
    interruptsQuarantine = seed % 16 == 5
    killsAtWork = seed % 16 == 13
    if hasCheckpoints {
      var settings = CheckpointSettings()
      settings.every = random.element(of: [300_000, 3_000_000, 30_000_000])
      // Long enough for one in which nobody pauses.
      settings.timeout =
        random.chance(50) ? 10_000_000_000 : 20_000_000 + 15 * delay + Int64(slow) * 10_000_000
      settings.mostFailures = 100_000
      settings.mostRestarts = 20
      settings.keep = random.integer(1...3)
      checkpoints = settings
      // The first goes over all of them, seed by seed; not every one is met in every run.
      if random.chance(85) { traps.append(Self.cells[Int(seed % UInt64(Self.cells.count))]) }
      for _ in 0..<random.element(of: [0, 0, 0, 1, 2]) { traps.append(Self.trap(&random)) }
      if random.chance(20) {
        kills = (0..<random.integer(1...4)).map { _ in random.integer(10...800) }
      }
      if random.chance(15) {
        cuts = (0..<random.integer(1...3)).map { _ in random.integer(10...800) }
      }
      if random.chance(10) || traps.contains(where: { $0.step.needsDamage }) {
        damages = random.integer(1...2)
        settings.keep = random.integer(2...3)
        settings.every = random.element(of: [300_000, 3_000_000])
        checkpoints = settings
        kills += (0..<4).map { _ in random.integer(50...1500) }
      }
      if seed % 2 == 0 || traps.contains(where: { $0.step.needsScaling }) {
        // What waits for a change of layout needs one that comes to its end.
        let isAwaited = traps.contains { $0.step.needsScaling }
        scales =
          isAwaited
          ? (0..<10).map { 30 + $0 * 50 }
          : (0..<random.integer(1...4)).map { _ in random.integer(10...600) }
      }
      if random.chance(10) { delivery = random.element(of: [.atLeastOnce, .atMostOnce]) }
    } else if random.chance(30) {
      kills = [random.integer(0...400)]
    }
    let step = random.integer(0...9) < 3 ? random.integer(0...80) : random.integer(20...800)
    let again = random.chance(30) ? random.integer(1...30) : nil
    switch random.integer(0...11) {
    case 0: request = .signal(.interrupt, step: step, again: again)
    case 1: request = .signal(.terminate, step: step, again: again)
    case 2: request = .stop(.checkpoint, step: step)
    case 3: request = .stop(.drain, step: step)
    case 4: request = .stop(.now, step: step)
    default: break
    }
  }

  /// True if nothing takes longer than it must.
  var isQuiet: Bool {
    traps.isEmpty && cuts.isEmpty && kills.isEmpty && pauses == 0 && slow == 0 && diskFailures == 0
      && delay <= 300_000
  }

  /// Every fault at every step of every kind of node, once; more often where something must have
  /// happened before, which often does not.
  private static let cells = ProtocolStep.allCases.flatMap { step in
    step.kinds.flatMap { kind in
      Fault.allCases.filter { $0.hits(kind) }.map { fault in
        Trap(kind: kind, step: step, count: 1, fault: fault)
      }
    }
    .flatMap { repeatElement($0, count: step.needsScaling ? 3 : step.needsDamage ? 2 : 1) }
  }

  /// True if a fault waits for an operator without state, or for stages of all kinds that are scaled.
  var needsStateless: Bool {
    traps.contains { $0.kind == .stateless || $0.step.needsScaling }
  }

  /// The kinds of stage that have to be scaled for the faults to come.
  var kindsToScale: [NodeKind] { traps.filter(\.step.needsScaling).map(\.kind) }

  private static func trap(_ random: inout SeededRandom) -> Trap {
    let step = random.element(of: ProtocolStep.allCases)
    let kind = random.element(of: step.kinds)
    let fault = random.element(of: Fault.allCases.filter { $0.hits(kind) })
    let count = step == .conclude || step == .finished ? 1 : random.element(of: [1, 1, 1, 2, 3, 5])
    return Trap(kind: kind, step: step, count: count, fault: fault)
  }
}
