import WeirColumns
import WeirCore
import WeirTesting

/// The process of an instance: its node, what it reads and writes, and how fast it is.
struct SimulatedProcess {
  enum Life: Hashable {
    case unborn
    case alive
    case dead
  }

  let instance: InstanceID
  let stage: StageIndex
  var life = Life.unborn
  var node: InstanceNode?
  var source: SimulatedSource?
  var pool = BatchPool()
  /// Rows that a sink has written, by edge.
  var written: [EdgeIndex: [[Value]]] = [:]
  /// Rows that a sink has made visible.
  var committed: [EdgeIndex: [[Value]]] = [:]
  var hasFinished = false
  /// Nothing happens in it before that time, in nanoseconds.
  var busyUntil: Int64 = 0
  /// Nanoseconds that a turn takes.
  var cost: Int64
  /// Something has arrived since the last turn.
  var needsTurn = false
  /// Turns in a row to which a deadline called and that did nothing.
  var idleTurns = 0

  init(_ instance: InstanceID, stage: StageIndex, cost: Int64) {
    self.instance = instance
    self.stage = stage
    self.cost = cost
  }

  /// When it wants to be entered, in nanoseconds; nil: when something arrives.
  func nextTurn(at now: Moment) -> Int64? {
    guard life == .alive, let node else { return nil }
    if needsTurn || node.hasWork(at: now) { return max(now.instant.nanoseconds, busyUntil) }
    guard let due = node.deadline(at: now) else { return nil }
    return max(due.nanoseconds, busyUntil, now.instant.nanoseconds)
  }
}
