/// What a run of the simulator can meet; what is never met is not tested.
enum Situation: String, CaseIterable, Hashable {
  case backpressure
  case rowsWaitingForCredit
  case idleChannel
  case loneWatermark
  case lateRow
  case lateUpdate
  case rejectedRecord
  case emptyRead
  case partitionWithoutData
  case pacedSource
  case nullKey
  case firingOverTurns
  case union
  case chainedWindows
  case operatorWithoutProcess
  case wallClockStep
  case pausedProcess
  case slowProcess
  case finished
  case interruptedAtStart
  case interruptedWhileRunning
  case interruptedWhileFiring
  case interruptedTwice
  case terminated
  case partialOutput
  case crashAtStart
  case crashWhileRunning
  case crashWhileLeaving
  case frameToTheDead
  case failedStart
  case hangAtStart
}

/// How often each situation was met.
struct Coverage {
  private var counts = [Int](repeating: 0, count: Situation.allCases.count)

  mutating func met(_ situation: Situation, if condition: Bool = true) {
    guard condition, let index = Situation.allCases.firstIndex(of: situation) else { return }
    counts[index] += 1
  }

  static func += (left: inout Coverage, right: Coverage) {
    for index in left.counts.indices { left.counts[index] += right.counts[index] }
  }

  /// Situations that were never met.
  var missing: [Situation] {
    zip(Situation.allCases, counts).filter { $0.1 == 0 }.map(\.0)
  }

  /// One line a situation.
  var table: String {
    zip(Situation.allCases, counts).map { situation, count in
      let name = situation.rawValue
      return name + String(repeating: " ", count: max(1, 28 - name.utf8.count)) + "\(count)"
    }.joined(separator: "\n")
  }
}
