import WeirCore

/// The kinds of node that a fault can hit.
package enum NodeKind: String, CaseIterable, Sendable {
  case source
  case stateless
  case keyed
  case sink
  case spare
  case coordinator
}

/// The steps of the protocols at which a fault can come.
package enum ProtocolStep: String, CaseIterable, Sendable {
  case start
  case bound
  case rewind
  case restore
  case rewound
  case go
  case barrier
  case mark
  case writeState = "write state"
  case finishState = "finish state"
  case prepare
  case prepared
  case snapshotted
  case commit
  case committed
  case abort
  case finished
  case numbers
  case open
  case recording
  case recorded
  case delete
  case aside
  case asideDone = "aside done"
  case conclude
  case reshape
  case reshaped
  case inherit
  case joined

  /// The kinds of node that take the step.
  package var kinds: [NodeKind] {
    switch self {
    case .start: [.source, .stateless, .keyed, .sink, .spare]
    case .mark: [.source, .keyed]
    case .bound, .rewind, .rewound, .go, .snapshotted, .abort, .finished, .reshape, .reshaped:
      [.source, .stateless, .keyed, .sink]
    case .inherit, .joined: [.source, .stateless, .keyed]
    case .restore, .writeState, .finishState: [.keyed]
    case .barrier: [.stateless, .keyed, .sink]
    case .prepare, .prepared, .commit, .committed: [.sink]
    case .numbers, .open, .recording, .recorded, .delete, .aside, .asideDone, .conclude:
      [.coordinator]
    }
  }

  /// Whether the step is taken only when a checkpoint is damaged.
  var needsDamage: Bool { self == .aside || self == .asideDone }

  /// Whether the step is taken only when the layout changes while the run goes on.
  var needsScaling: Bool {
    switch self {
    case .reshape, .reshaped, .inherit, .joined: true
    default: false
    }
  }
}

/// What goes wrong at a step.
package enum Fault: String, CaseIterable, Sendable {
  /// The process that takes the step is killed.
  case kill
  /// It does nothing any more, and does not end.
  case hang
  /// The coordinator is killed, and started again.
  case coordinator
  /// All power is lost: what is not durable is gone.
  case power

  /// Whether the fault can hit that kind.
  func hits(_ kind: NodeKind) -> Bool {
    switch self {
    case .kill: kind != .coordinator
    case .hang: kind != .coordinator && kind != .spare
    case .coordinator, .power: true
    }
  }
}

/// How often each fault has come at each step of each kind of node, and what else was met.
package struct Coverage {
  package enum Situation: String, CaseIterable, Sendable {
    case backpressure
    case rowsWaitingForCredit
    case idleChannel
    case loneWatermark
    case lateRow
    case lateUpdate
    case combinedRows
    case combinedBesideRows
    case rejectedRecord
    case emptyRead
    case partitionWithoutData
    case pacedSource
    case nullKey
    case firingOverTurns
    case union
    case chainedWindows
    case sessions
    case sessionTakenBack
    case runningTotals
    case interleavedSource
    case operatorWithoutProcess
    case severalRegions
    case wallClockStep
    case pausedProcess
    case slowProcess
    case finished
    case interrupted
    case interruptedTwice
    case terminated
    case stopped
    case drained
    case checkpointWanted
    case partialOutput
    case resumed
    case resumedCommit
    case crashWithoutCheckpoints
    case staleFrame
    case frameToTheDead
    case lostPeer
    case cutChannel
    case gapFound
    case aborted
    case timedOut
    case diskFailure
    case failedEpochCommittedLater
    case tornFile
    case tornCommit
    case deletionUndone
    case partialSnapshot
    case severalFaults
    case faultDuringRewind
    case spareUsed
    case atLeastOnce
    case atMostOnce
    case poisonedRow
    case poisonAtSender
    case poisonedRecord
    case poisonedResult
    case killedAtWork
    case rowQuarantined
    case quarantineInterrupted
    case damagedSnapshot
    case damageAtStart
    case withdrawn
    case withdrawnAtStart
    case layoutChanged
    case stateInherited
    case scaledUp
    case scaledDown
    case scalingRefused
    case scalingFailed
    case scaledByRecovery
    case audited
    case auditedLive
    case auditAlarm
  }

  private var cells: [Int]
  private var situations = [Int](repeating: 0, count: Situation.allCases.count)

  package init() {
    let (kinds, steps) = (NodeKind.allCases.count, ProtocolStep.allCases.count)
    cells = [Int](repeating: 0, count: kinds * steps * Fault.allCases.count)
  }

  mutating func met(_ situation: Situation, if condition: Bool = true) {
    guard condition, let index = Situation.allCases.firstIndex(of: situation) else { return }
    situations[index] += 1
  }

  private static func index(_ kind: NodeKind, _ step: ProtocolStep, _ fault: Fault) -> Int {
    let kinds = NodeKind.allCases.firstIndex(of: kind) ?? 0
    let steps = ProtocolStep.allCases.firstIndex(of: step) ?? 0
    let faults = Fault.allCases.firstIndex(of: fault) ?? 0
    return (kinds * ProtocolStep.allCases.count + steps) * Fault.allCases.count + faults
  }

  mutating func met(_ kind: NodeKind, _ step: ProtocolStep, _ fault: Fault) {
    cells[Self.index(kind, step, fault)] += 1
  }

  package static func += (left: inout Coverage, right: Coverage) {
    for index in left.cells.indices { left.cells[index] += right.cells[index] }
    for index in left.situations.indices { left.situations[index] += right.situations[index] }
  }

  /// What was never met, as words.
  package var missing: [String] {
    var missing = zip(Situation.allCases, situations).filter { $0.1 == 0 }.map(\.0.rawValue)
    for step in ProtocolStep.allCases {
      for kind in step.kinds {
        for fault in Fault.allCases
        where fault.hits(kind) && cells[Self.index(kind, step, fault)] == 0 {
          missing.append("\(kind.rawValue) x \(step.rawValue) x \(fault.rawValue)")
        }
      }
    }
    return missing
  }

  /// A line for each step of each kind, then one for each situation.
  package var table: String {
    var text = Self.padded("kind x step", 30)
    for fault in Fault.allCases { text += Self.padded(fault.rawValue, 12) }
    for step in ProtocolStep.allCases {
      for kind in step.kinds {
        text += "\n" + Self.padded("\(kind.rawValue) x \(step.rawValue)", 30)
        for fault in Fault.allCases {
          let count = fault.hits(kind) ? "\(cells[Self.index(kind, step, fault)])" : "-"
          text += Self.padded(count, 12)
        }
      }
    }
    for (situation, count) in zip(Situation.allCases, situations) {
      text += "\n" + Self.padded(situation.rawValue, 30) + "\(count)"
    }
    return text
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.utf8.count))
  }
}
