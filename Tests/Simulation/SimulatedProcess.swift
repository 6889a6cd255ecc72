import WeirColumns
import WeirCore
import WeirTesting

/// A process: a spare or an instance, its node, what it reads and writes, and how fast it is.
struct SimulatedProcess {
  let incarnation: Incarnation
  var instance: InstanceID?
  var isAlive = true
  var node: InstanceNode?
  var source: SimulatedSource?
  /// What it was told of its stage last.
  var layout: RunLayout.Stage?
  var pool = BatchPool()
  let memory = MarkMemory()
  /// What it was working on when a row killed it in the middle of a step.
  let fatal = FatalMark()
  /// Rows that a sink has written since it last prepared.
  var written: [(edge: EdgeIndex, row: [Value])] = []
  /// What the next snapshot of the state builds on, and the file being written.
  var stateFile = SimulatedDisk.StateFile(sections: [])
  var newFile: (name: String, file: SimulatedDisk.StateFile)?
  /// State that is being read.
  var restoring: (round: Round, sections: [StateSection])?
  /// Some of what is to be read is not what was written.
  var readsDamage = false
  /// The connection to each peer.
  var routes: [InstanceID: Int] = [:]
  /// Messages to the coordinator and from it, and the process's end.
  var reports = SimulatedLink<InstanceMessage>()
  var orders = SimulatedLink<CoordinatorMessage>()
  var ends = SimulatedLink<SimulatedEnd>()
  /// Nothing happens in it before that time, in nanoseconds.
  var busyUntil: Int64 = 0
  /// Nanoseconds that a turn takes.
  var cost: Int64
  /// Something has arrived since the last turn.
  var needsTurn = false
  /// Turns in a row to which a deadline called and that did nothing.
  var idleTurns = 0

  init(_ incarnation: Incarnation, _ instance: InstanceID?, cost: Int64) {
    self.incarnation = incarnation
    self.instance = instance
    self.cost = cost
  }

  /// When it wants to be entered, in nanoseconds; nil: when something arrives.
  func nextTurn(at now: Moment) -> Int64? {
    guard isAlive, let node else { return nil }
    if needsTurn || restoring != nil || node.hasWork(at: now) {
      return max(now.instant.nanoseconds, busyUntil)
    }
    guard let due = node.deadline(at: now) else { return nil }
    return max(due.nanoseconds, busyUntil, now.instant.nanoseconds)
  }
}

/// How a process ended, and at what work.
struct SimulatedEnd {
  var end: ProcessEnd
  var mark: WorkMark?
}

/// The place where a row that kills says so.
final class FatalMark {
  var mark: WorkMark?
  /// Somebody else's kill while it had a row in hand, and no fault of the row.
  var isKill = false
}

/// Frames from one process to another.
struct SimulatedConnection {
  let from: Int
  let to: Int
  var link = SimulatedLink<[UInt8]>()
}
