/// How many processes each stage of a run should have.
///
/// The model is DS2 (Kalavri, Liagouris, Hoffmann, Dimitrova, Forshaw, Roscoe: "Three steps is all you
/// need", OSDI 2018). A process is at work for part of its time; the rows it takes for each second of that
/// are its *true rate*, whatever holds it back now. The targets of sources go through the graph by what
/// each stage makes of a row, and a stage needs
///
///     processes = ceil(rows a second that are to reach it / true rate of a process)
///
/// with some to spare where rows come at a rate, so that it catches up after a failure. A process that
/// waits for a core counts as at work: on a machine without idle cores true rates are too low.
package struct Advice: Hashable, Sendable, Codable {
  /// How long it was looked at.
  package var seconds: Double
  /// Less than `AdviceRules.leastSeconds`, or processes were replaced: nothing should be built on it.
  package var isTooShort: Bool
  package var machine: JobStatus.Machine?
  /// Cores that the targets take, if each process keeps one busy; nil if too little is known.
  package var coresWanted: Double?
  /// The stages that have processes, in topological order.
  package var stages: [StageAdvice]

  /// The stages that should have another number of processes.
  package var changes: [StageAdvice] { stages.filter { $0.advised != $0.processes } }
}

/// What an advice is made by.
package enum AdviceRules {
  /// The share of its time that a process should be at work where rows come at a rate.
  package static let goalBusy = 0.8
  /// Where a source reads as fast as it can: a rate that is measured may be off by so much.
  package static let tolerance = 0.05
  /// From fewer seconds nothing is concluded.
  package static let leastSeconds = 3.0
}

/// A stream of the user's graph.
package struct StageArrow: Hashable, Sendable {
  package var from: String
  package var port: PortKind
  package var to: String

  package init(from: String, _ port: PortKind = .main, to: String) {
    self.from = from
    self.port = port
    self.to = to
  }
}

extension Advice {
  /// Concludes from what the stages did; they are in topological order.
  package init(
    _ measures: [StageMeasure],
    _ arrows: [StageArrow],
    on machine: JobStatus.Machine?
  ) {
    let working = measures.filter { $0.processes > 0 }
    // A stage without rows tells of its time now and then only.
    seconds = working.map(\.seconds).max() ?? 0
    isTooShort =
      seconds < AdviceRules.leastSeconds || working.contains { !$0.isWhole && !$0.hasFinished }
    self.machine = machine
    let flows = Flows(measures, arrows)
    stages = working.map { flows.advice(for: $0) }
    coresWanted = Self.cores(stages)
    spare(machine?.idleCores)
  }

  private static func cores(_ stages: [StageAdvice]) -> Double? {
    var sum = 0.0
    for stage in stages where stage.doubt != .finished {
      guard let target = stage.targetRowsPerSecond, let rate = stage.trueRowsPerSecond else {
        // What gets no rows takes no core.
        guard stage.doubt == .noRows else { return nil }
        continue
      }
      sum += target / rate
    }
    return sum
  }

  /// Leaves out processes for which there is no core, of the stages that need them the least.
  private mutating func spare(_ idleCores: Double?) {
    guard let idleCores else { return }
    var left = Int(idleCores + LoadRules.idleCore)
    let eager = stages.indices.filter { stages[$0].advised > stages[$0].processes }
      .sorted { (stages[$0].pressure, $1) > (stages[$1].pressure, $0) }
    for index in eager {
      let more = stages[index].advised - stages[index].processes
      let granted = min(more, left)
      left -= granted
      guard granted < more else { continue }
      stages[index].advised = stages[index].processes + granted
      stages[index].limit = .cores
      stages[index].most = nil
      stages[index].hotKey = nil
    }
  }
}

extension StageAdvice {
  /// How much more is wanted of each of its processes than it can do.
  fileprivate var pressure: Double {
    guard let target = targetRowsPerSecond, let rate = trueRowsPerSecond, processes > 0 else {
      return 0
    }
    return target / rate / Double(processes)
  }
}

/// The targets of all stages.
private struct Flows {
  /// Rows a second that are to come to a stage, before its filter.
  private struct Flow {
    var rows: Double
    /// True if a source before it reads as fast as it can: then there is nothing to spare for.
    var isFastest: Bool
  }

  private var flows: [String: Flow] = [:]
  private var goals: [String: StageAdvice.Goal] = [:]

  init(_ measures: [StageMeasure], _ arrows: [StageArrow]) {
    for measure in measures {
      if measure.kind == "source" {
        guard !measure.hasFinished, let (goal, rows) = Self.goal(measure) else { continue }
        goals[measure.name] = goal
        flows[measure.name] = Flow(rows: rows, isFastest: goal == .fastest)
      } else {
        flows[measure.name] = flow(into: measure, measures, arrows)
      }
    }
  }

  private static func goal(_ source: StageMeasure) -> (StageAdvice.Goal, Double)? {
    if let pace = source.pace { return (.rate, pace) }
    let waits = source.time.shares?.backpressured ?? 0 >= LoadRules.waiting
    // What has no end and holds nobody up reads what there is.
    if !source.isBounded, !waits, source.time.shares?.busy ?? 0 < LoadRules.busy {
      return (.arrival, source.rate)
    }
    return source.trueRate.map { (.fastest, $0 * Double(source.processes)) }
  }

  private func flow(
    into stage: StageMeasure,
    _ measures: [StageMeasure],
    _ arrows: [StageArrow]
  ) -> Flow? {
    var flow = Flow(rows: 0, isFastest: false)
    var isKnown = false
    for arrow in arrows where arrow.to == stage.name {
      guard let sender = measures.first(where: { $0.name == arrow.from }) else { continue }
      // Of a source that has finished nothing comes any more.
      guard !sender.hasFinished else { continue }
      guard let before = flows[arrow.from] else { return nil }
      guard sender.counters.rowsIn > 0 else { return nil }
      isKnown = true
      let share = Double(sender.counters.out(arrow.port)) / Double(sender.counters.rowsIn)
      flow.rows += before.rows * share
      if share > 0, before.isFastest { flow.isFastest = true }
    }
    return isKnown ? flow : nil
  }

  func advice(for stage: StageMeasure) -> StageAdvice {
    var advice = StageAdvice(stage)
    advice.goal = goals[stage.name]
    guard !stage.hasFinished else {
      advice.doubt = .finished
      return advice
    }
    guard stage.isWhole else {
      advice.doubt = .replaced
      return advice
    }
    guard let flow = flows[stage.name], let trueRate = stage.trueRate else {
      advice.doubt = .noRows
      return advice
    }
    let target = stage.kind == "operator" ? flow.rows * stage.shareTaken : flow.rows
    advice.targetRowsPerSecond = target
    if stage.isKeyed, stage.results == 0 { advice.doubt = .noResults }
    let needed = target / trueRate
    // The share of its time that a process may be at work.
    let most = flow.isFastest ? 1 + AdviceRules.tolerance : AdviceRules.goalBusy
    advice.wanted = max(1, Int(min((needed / most).rounded(.up), 1e6)))
    if advice.goal == .fastest {
      // It is what the others are to keep up with.
      advice.wanted = stage.processes
      return advice
    }
    advice.advised = advice.wanted ?? stage.processes
    if let scaling = stage.scaling, advice.advised > scaling.most {
      advice.advised = max(scaling.most, 1)
      advice.limit = scaling.reason
      advice.most = scaling.most
    }
    if let key = stage.hottest, key.share * needed > most { bound(&advice, by: key) }
    return advice
  }

  /// One process has all rows of the key, and they are more than it can take: the target is out of
  /// reach, and where there are as many processes as have the key's share each, more change little.
  private func bound(_ advice: inout StageAdvice, by key: HotKeys.Key) {
    advice.limit = .hotKey
    advice.hotKey = key
    advice.most = max(1, Int(1 / key.share))
    let useful = max(advice.most ?? 1, advice.processes)
    // Fewer would put more rows to those of the key.
    advice.advised = max(min(advice.advised, useful), advice.processes)
  }
}
