import WeirColumns
import WeirCore
import WeirTesting

// What is watched from outside.

extension SimulatedCluster {
  /// Checks an instance after a step: bounded effects, bounded memory.
  func check(_ process: Int, effects: Int, heldFrames: Int) {
    guard let node = processes[process].node else { return }
    let instance = node.instance
    // What people ask for now and then must find the state as it is.
    if step % 16 == 0 { _ = node.hotKeys(at: moment.instant) }
    coverage.met(.backpressure, if: node.isBackpressured)
    coverage.met(.rowsWaitingForCredit, if: node.heldBytes > 0)
    coverage.met(.lateRow, if: node.counters.contains { $0.late > 0 })
    coverage.met(.staleFrame, if: node.staleFrames > 0)
    let channels = (coordinator?.channels ?? []) + (coordinator?.comingChannels ?? [])
    let inputs = Set(channels.filter { $0.receiver == instance }.map(\.id))
    let outputs = Set(channels.filter { $0.sender == instance }.map(\.id))
    let rows = max(flow.emittedRows, job.batch.rows)
    let bound =
      14 + inputs.count + heldFrames + outputs.count * (5 + rows / max(job.batch.rows, 1))
    if effects > bound {
      violations.append("\(effects) effects of one step of \(instance), \(bound) are allowed")
    }
    var mostQueued = 0
    for channel in inputs {
      // Who waits for its state may be given more before it takes anything.
      let aside = disturbance.scales.isEmpty ? 0 : flow.asideBytes
      let budget = max(max(flow.inputBytes, aside) / inputs.count, flow.leastCredit)
      mostQueued += budget + (largestFrames[channel] ?? 0)
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
    for process in processes.indices where processes[process].isAlive {
      violations.append("\(name(process)) outlives the run")
    }
    let expected = expectedOutcomes
    if !expected.contains(outcome) {
      violations.append("the run is \(outcome), not one of \(expected)\n\(dump)")
    }
    let isComplete = outcome == .finished
    coverage.met(.finished, if: isComplete)
    let isDrained = disturbance.request.isDrain && hasBeenAsked
    for expectation in scenario.expectations where !isDrained {
      check(expectation, isComplete: isComplete)
    }
    if let settlement = scenario.settlement, isComplete, !isDrained { check(settlement) }
    if let totals = scenario.totals, !isDrained { check(totals, isComplete: isComplete) }
    if isComplete { checkAccount() }
    // A run without checkpoints that was stopped may have hidden again what it had shown.
    if violations.isEmpty, disturbance.checkpoints != nil || isComplete { auditEnd() }
    if isComplete, !isDrained { checkQuarantine() }
    if isComplete, disturbance.checkpoints != nil, disk.manifests.last?.isFinished != true {
      violations.append("the run is finished, and its last manifest does not say so")
    }
  }

  private var expectedOutcomes: [RunOutcome] {
    if isDoomed { return [.failed, .finished, .stopped, .interrupted] }
    guard hasBeenAsked else { return [.finished] }
    switch disturbance.request {
    case .none: return [.finished]
    case .signal(.interrupt, _, _): return [.interrupted, .finished]
    case .signal: return [.stopped, .finished]
    case .stop(.drain, _): return [.finished, .stopped]
    case .stop: return [.stopped, .finished]
    }
  }

  private func check(_ expectation: Scenario.Expectation, isComplete: Bool) {
    let rows = disk.rows(expectation.edge)
    if expectation.isOrdered, disturbance.delivery == .exactlyOnce { checkOrder(rows) }
    let compared = rows.map { Array($0.prefix(expectation.columns ?? $0.count)) }.inOrder
    let edge = job.edges[expectation.edge]
    let missing = Self.surplus(expectation.rows, over: compared)
    let surplus = Self.surplus(compared, over: expectation.rows)
    coverage.met(.partialOutput, if: !isComplete && !rows.isEmpty && !missing.isEmpty)
    if !surplus.isEmpty, disturbance.delivery != .atLeastOnce {
      violations.append("'\(edge.from)' has \(surplus.count) rows too much: \(surplus.prefix(5))")
    }
    if isComplete, !missing.isEmpty, disturbance.delivery != .atMostOnce {
      violations.append("'\(edge.from)' misses \(missing.count) rows: \(missing.prefix(5))")
    }
    if outcome == .failed, disturbance.checkpoints == nil, !rows.isEmpty, !missing.isEmpty {
      violations.append("'\(edge.from)' was published in part though the run has failed")
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
    guard disturbance.delivery == .exactlyOnce else { return }
    var latest: [[Value]: [Value]] = [:]
    var takenBack: Set<[Value]> = []
    for edge in settlement.edges {
      for row in disk.rows(edge) {
        coverage.met(.lateUpdate, if: edge != settlement.edges[0])
        let window = Array(row.prefix(3))
        if row[7] == true {
          coverage.met(.sessionTakenBack)
          takenBack.insert(window)
          continue
        }
        if let before = latest[window], before[3] >= row[3] { continue }
        latest[window] = Array(row.prefix(6)) + [row[row.count - 1]]
      }
    }
    // Sessions only grow: bounds that were taken back do not come again.
    for window in takenBack { latest[window] = nil }
    let rows = latest.map(\.value).inOrder
    if rows != settlement.rows {
      violations.append(
        "the last results miss \(Self.surplus(settlement.rows, over: rows).prefix(5)), surplus"
          + " \(Self.surplus(rows, over: settlement.rows).prefix(5))"
      )
    }
  }

  /// The last total of each key, by its count, which only grows.
  private func check(_ totals: Scenario.Totals, isComplete: Bool) {
    var latest: [Value: [Value]] = [:]
    for row in disk.rows(totals.edge) {
      guard let before = latest[row[0]] else {
        latest[row[0]] = row
        continue
      }
      if before[1] == row[1], disturbance.delivery != .atLeastOnce {
        violations.append("the total \(row) came twice")
      }
      if before[1] < row[1] { latest[row[0]] = row }
    }
    let final: [Value: [Value]] = Dictionary(uniqueKeysWithValues: totals.rows.map { ($0[0], $0) })
    for row in latest.values.map(\.self).inOrder where final[row[0]].map({ $0[1] < row[1] }) ?? true
    {
      violations.append("the total \(row) counts too much")
    }
    guard isComplete, disturbance.delivery == .exactlyOnce else { return }
    let rows = latest.values.map(\.self).inOrder
    if rows != totals.rows {
      violations.append(
        "the last totals miss \(Self.surplus(totals.rows, over: rows).prefix(5)), surplus"
          + " \(Self.surplus(rows, over: totals.rows).prefix(5))"
      )
    }
  }

  /// Every row that an operator has read is accounted for, and every row of a sink is there.
  private func checkAccount() {
    guard let manifest = coordinator?.manifests.last else { return }
    for stage in job.stages.indices {
      var sum = StageCounters()
      for member in manifest.members { sum += member.snapshot.counters[stage] }
      var errors = sum.errors
      if case .keyed = job.stages[stage].role {
        // Of its input its own processes meet only rows that are kept from it: the rest are results.
        for member in manifest.members where member.instance.stage == job.stages[stage].name {
          let counters = member.snapshot.counters[stage]
          errors -= counters.errors - counters.quarantined
        }
      }
      let accounted = sum.counted + sum.filtered + sum.late + sum.rejected + errors
      if accounted != sum.rowsIn {
        violations.append("'\(job.stages[stage].name)' does not account for its rows: \(sum)")
      }
      guard case .sink = job.stages[stage].role, disturbance.delivery == .exactlyOnce else {
        continue
      }
      let rows = job.stages[stage].inputs.reduce(0) { $0 + disk.rows($1).count }
      if sum.rowsOut != rows {
        violations.append(
          "'\(job.stages[stage].name)' counts \(sum.rowsOut) rows, \(rows) are there"
        )
      }
    }
  }

  /// What kills was found, and nothing else was taken for it.
  private func checkQuarantine() {
    let stages = disk.quarantine.map { "\($0.stage) \($0.kind)" }
    let expected = scenario.poison.map { ["\(job.stages[$0.stage].name) \($0.work)"] } ?? []
    guard stages == expected else {
      violations.append("kept is \(stages), not \(expected)\n\(dump)")
      return
    }
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
      "step \(step), \(now / 1000) us, coordinator"
        + " \(coordinator.map { "\($0.phase)" } ?? "dead"), \(disturbance)"
    ]
    for (number, process) in processes.enumerated() where process.isAlive {
      let node = process.node
      let phase = node.map { "\($0.phase)" } ?? "-"
      let due = node?.deadline(at: moment).map { "\($0.nanoseconds / 1000)" } ?? "-"
      lines.append(
        "  \(name(number)): \(phase), watermark"
          + " \(node?.watermark.microseconds ?? 0), queued \(node?.queuedBytes ?? 0), held"
          + " \(node?.heldBytes ?? 0), congested \(node?.isBackpressured ?? false), firing"
          + " \(node?.isFiring ?? false), work \(node?.hasWork(at: moment) ?? false), due \(due),"
          + " orders \(process.orders.count), epoch"
          + " \(node?.epochProgress.map { "\($0.epoch.number) \($0.step)" } ?? "-")"
      )
    }
    return lines.joined(separator: "\n")
  }
}

extension Disturbance.Request {
  /// True if the input is to end early: what is expected then depends on where.
  var isDrain: Bool { if case .stop(.drain, _) = self { true } else { false } }
}
