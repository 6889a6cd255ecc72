import WeirTesting

/// What goes wrong in a run, and how slow its parts are.
struct Disturbance {
  enum Fault: Hashable {
    case none
    /// Ctrl-C at that step, and once more so many steps later.
    case interrupt(step: Int, again: Int?)
    case terminate(step: Int)
    /// Some process dies.
    case crash(step: Int)
    /// Some process dies when all were told to leave.
    case crashWhileLeaving
    /// A process cannot be started.
    case failedStart
    /// A process never says anything.
    case hangAtStart
  }

  var fault = Fault.none
  /// The most nanoseconds that a message is under way.
  var delay: Int64
  /// How many steps of a thousand pause a process.
  var pauses: Int
  /// How many processes of a hundred are slow.
  var slow: Int
  /// Budgets of a few bytes.
  var isScarce: Bool
  /// Whether the wall clock jumps by an hour now and then.
  var jumps: Bool

  init(_ random: inout SeededRandom) {
    delay = random.element(of: [10_000, 300_000, 5_000_000])
    pauses = random.element(of: [0, 0, 5])
    slow = random.element(of: [0, 30, 60])
    isScarce = random.chance(60)
    jumps = random.chance(30)
    let step = random.integer(0...9) < 3 ? random.integer(0...80) : random.integer(20...1500)
    switch random.integer(0...13) {
    case 0: fault = .interrupt(step: step, again: nil)
    case 1: fault = .interrupt(step: step, again: random.integer(1...30))
    case 2: fault = .terminate(step: step)
    case 3, 4: fault = .crash(step: step)
    case 5: fault = .crashWhileLeaving
    case 6 where random.chance(40): fault = .failedStart
    case 7 where random.chance(40): fault = .hangAtStart
    default: break
    }
  }
}
