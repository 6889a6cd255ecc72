import WeirColumns
import WeirCore
import WeirTesting

// What is watched from outside.

extension SimulatedCluster {
  /// Checks an instance after a step: bounded effects, bounded memory.
  func check(_ process: Int, effects: Int, heldFrames: Int) {
    guard let node = processes[process].node else { return }
    let instance = processes[process].instance
    coverage.met(.backpressure, if: node.isBackpressured)
    coverage.met(.rowsWaitingForCredit, if: node.heldBytes > 0)
    coverage.met(.lateRow, if: node.counters.contains { $0.late > 0 })
    let inputs = channels.indices.filter { receivers[$0] == process }
    let outputs = channels.indices.filter { senders[$0] == process }
    let rows = max(flow.emittedRows, job.batch.rows)
    let bound =
      10 + inputs.count + heldFrames + outputs.count * (4 + rows / max(job.batch.rows, 1))
    if effects > bound {
      violations.append("\(effects) effects of one step of \(instance), \(bound) are allowed")
    }
    var mostQueued = 0
    for channel in inputs {
      let budget = max(flow.inputBytes / inputs.count, flow.leastCredit)
      mostQueued += budget + witnesses[channel].largestFrame
    }
    if node.queuedBytes > mostQueued {
      violations.append(
        "\(instance) holds \(node.queuedBytes) bytes of input, \(mostQueued) are allowed"
      )
    }
    // A turn that begins below the share may gather what one batch of rows makes.
    let mostHeld = 2 * flow.outputBytes + outputs.count * rows * Self.mostBytesOfRow
    if node.heldBytes > mostHeld {
      violations.append(
        "\(instance) holds \(node.heldBytes) bytes of output, \(mostHeld) are allowed"
      )
    }
  }

  /// Bytes that no row of a scenario exceeds.
  private static let mostBytesOfRow = 256

  // MARK: The end

  /// Checks what the run has left behind.
  func checkEnd() {
    guard violations.isEmpty, let outcome else { return }
    for process in processes where process.life == .alive {
      violations.append("\(process.instance) outlives the run")
    }
    let expected = expectedOutcomes
    if !expected.contains(outcome) {
      violations.append("the run is \(outcome), not one of \(expected)\n\(dump)")
    }
    checkNotices(outcome)
    let isComplete = outcome == .finished
    coverage.met(.finished, if: isComplete)
    for expectation in scenario.expectations { check(expectation, isComplete: isComplete) }
    if let settlement = scenario.settlement, isComplete { check(settlement) }
    if isComplete { checkAccount() }
  }

  private var expectedOutcomes: [RunOutcome] {
    guard let phaseAtFault else { return [.finished] }
    let isEarly = phaseAtFault == .binding || phaseAtFault == .linking
    switch disturbance.fault {
    case .none: return [.finished]
    case .interrupt, .terminate:
      let asked =
        if case .terminate = disturbance.fault { RunOutcome.stopped } else {
          RunOutcome.interrupted
        }
      return phaseAtFault == .ended ? [.finished] : [asked]
    case .crash, .crashWhileLeaving:
      coverage.met(.crashAtStart, if: isEarly)
      coverage.met(.crashWhileRunning, if: phaseAtFault == .running)
      coverage.met(.crashWhileLeaving, if: phaseAtFault == .leaving)
      return isEarly || phaseAtFault == .running ? [.failed] : [.finished]
    case .failedStart, .hangAtStart: return [.failed]
    }
  }

  private func checkNotices(_ outcome: RunOutcome) {
    var failures: [InstanceID] = []
    for case .failed(let instance, _) in notices { failures.append(instance) }
    if outcome == .failed, failures != [victim.map { processes[$0].instance }] {
      violations.append(
        "\(failures) were named, not \(victim.map { processes[$0].instance.description } ?? "")"
      )
    }
    if outcome != .failed, !failures.isEmpty {
      violations.append("failures of \(failures) were told though the run is \(outcome)")
    }
  }

  private func committed(_ edge: EdgeIndex) -> [[Value]] {
    processes.flatMap { $0.committed[edge] ?? [] }
  }

  private func check(_ expectation: Scenario.Expectation, isComplete: Bool) {
    let rows = committed(expectation.edge)
    if expectation.isOrdered { checkOrder(rows) }
    let compared = rows.map { Array($0.prefix(expectation.columns ?? $0.count)) }.inOrder
    let edge = job.edges[expectation.edge]
    guard !isComplete else {
      if compared != expectation.rows {
        violations.append(
          "'\(edge.from)' has \(difference(compared, expectation.rows))\n\(dump)"
        )
      }
      return
    }
    coverage.met(.partialOutput, if: !rows.isEmpty && rows.count < expectation.rows.count)
    let surplus = Self.surplus(compared, over: expectation.rows)
    if !surplus.isEmpty {
      violations.append("'\(edge.from)' has rows that it should never have: \(surplus)")
    }
  }

  private func checkOrder(_ rows: [[Value]]) {
    var last: [Int64: Int64] = [:]
    for row in rows {
      let number = PlainModel.word(row[1])
      if let before = last[number / 10_000], before >= number {
        violations.append("row \(number) came after row \(before)")
      }
      last[number / 10_000] = number
    }
  }

  /// The last result of each window, by its count, which only grows.
  private func check(_ settlement: Scenario.Settlement) {
    var latest: [[Value]: [Value]] = [:]
    for edge in settlement.edges {
      for row in committed(edge) {
        coverage.met(.lateUpdate, if: edge != settlement.edges[0])
        let window = Array(row.prefix(3))
        if let before = latest[window], before[3] >= row[3] { continue }
        latest[window] = Array(row.prefix(6)) + [row[row.count - 1]]
      }
    }
    let rows = latest.map(\.value).inOrder
    if rows != settlement.rows {
      violations.append("the last results have \(difference(rows, settlement.rows))\n\(dump)")
    }
  }

  /// Every row that an operator has read is accounted for.
  private func checkAccount() {
    for stage in job.stages.indices {
      var sum = StageCounters()
      for case .progress(_, let progress) in notices where !progress.counters.isEmpty {
        sum += progress.counters[stage]
      }
      let accounted = sum.counted + sum.filtered + sum.late + sum.rejected + sum.errors
      if accounted != sum.rowsIn {
        violations.append("'\(job.stages[stage].name)' does not account for its rows: \(sum)")
      }
    }
  }

  private func difference(_ rows: [[Value]], _ expected: [[Value]]) -> String {
    "\(rows.count) rows where \(expected.count) are expected;"
      + " missing \(Self.surplus(expected, over: rows).prefix(5)),"
      + " surplus \(Self.surplus(rows, over: expected).prefix(5))"
  }

  private static func surplus(_ rows: [[Value]], over others: [[Value]]) -> [[Value]] {
    var left: [[Value]: Int] = [:]
    for row in others { left[row, default: 0] += 1 }
    return rows.filter { row in
      left[row, default: 0] -= 1
      return left[row, default: 0] < 0
    }
  }

  // MARK: For people

  /// Where everything stands.
  var dump: String {
    var lines = [
      "step \(step), \(now / 1000) us, coordinator \(coordinator.phase), \(disturbance)"
    ]
    for (number, process) in processes.enumerated() {
      let node = process.node
      let phase = node.map { "\($0.phase)" } ?? "-"
      let due = node?.deadline(at: moment).map { "\($0.nanoseconds / 1000)" } ?? "-"
      lines.append(
        "  \(process.instance): \(process.life) \(phase), watermark"
          + " \(node?.watermark.microseconds ?? 0), queued \(node?.queuedBytes ?? 0), held"
          + " \(node?.heldBytes ?? 0), congested \(node?.isBackpressured ?? false), firing"
          + " \(node?.isFiring ?? false), work \(node?.hasWork(at: moment) ?? false), due \(due),"
          + " orders \(orders[number].count)"
      )
    }
    for (number, channel) in channels.enumerated() {
      let witness = witnesses[number]
      lines.append(
        "  \(channel.sender) -> \(channel.receiver): \(frames[number].count) frames under way,"
          + " \(credits[number].count) credits, sent \(witness.sentBytes) of"
          + " \(witness.allowance) bytes"
      )
    }
    return lines.joined(separator: "\n")
  }
}
