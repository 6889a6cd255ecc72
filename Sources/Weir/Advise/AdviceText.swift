import WeirCore

/// An advice for people: a line for each stage, what it follows from, and the edit.
enum AdviceText {
  static func text(_ report: AdviceReport, width: Int?, isColored: Bool) -> String {
    let advice = report.advice
    var lines = ["\(report.run): looked at for \(NumberText.seconds(advice.seconds))"]
    lines += table(advice.stages).lines(width: width, isColored: isColored)
    lines += advice.stages.compactMap { reason($0) }
    if let machine = advice.machine { lines.append(text(machine, advice.coresWanted)) }
    lines.append("")
    lines += conclusion(report, isColored)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func table(_ stages: [StageAdvice]) -> TextTable {
    var table = TextTable([
      .init("stage", .left), .init("processes"), .init("wanted"), .init("advised"), .init("busy"),
      .init("rows/s"), .init("rows/s a busy process"), .init("rows/s to take"),
    ])
    for stage in stages {
      table.add([
        .init(stage.name),
        .init("\(stage.processes)"),
        .init(stage.wanted.map { "\($0)" } ?? "-"),
        .init("\(stage.advised)", stage.advised == stage.processes ? .plain : .strong),
        .init(stage.busy.map { NumberText.percent($0) } ?? "-"),
        .init(NumberText.rate(stage.rowsPerSecond)),
        .init(stage.trueRowsPerSecond.map { NumberText.rate($0) } ?? "-"),
        .init(stage.targetRowsPerSecond.map { NumberText.rate($0) } ?? "-"),
      ])
    }
    return table
  }

  // MARK: Reasons

  private static func reason(_ stage: StageAdvice) -> String? {
    let parts = [
      stage.goal.map { text($0) }, stage.doubt.map { text($0) },
      stage.limit.map { text($0, stage) },
    ].compactMap { $0 }
    return parts.isEmpty ? nil : "\(stage.name): " + parts.joined(separator: "; ")
  }

  private static func text(_ goal: StageAdvice.Goal) -> String {
    switch goal {
    case .rate: "its 'rate' is what the stages behind it are to take"
    case .arrival: "what comes is what the stages behind it are to take"
    case .fastest: "it reads as fast as it can, and the stages behind it are to keep up"
    }
  }

  private static func text(_ doubt: StageAdvice.Doubt) -> String {
    switch doubt {
    case .noRows: "no row came meanwhile, so nothing follows for it"
    case .noResults:
      "no result was due meanwhile, so what results cost is left out: look for longer"
    case .finished: "it has done all it had to do"
    case .replaced: "a process of it was replaced meanwhile, so nothing follows for it"
    }
  }

  private static func text(_ limit: ScaleLimit.Reason, _ stage: StageAdvice) -> String {
    switch limit {
    case .hotKey:
      guard let key = stage.hotKey else { return LoadText.text(limit, most: stage.most) }
      let share = NumberText.fixed(key.share * 100, 1)
      return
        "key \(LoadText.name(key)) alone has \(share) % of its rows, more than one process takes: "
        + "\(stage.most ?? 1) are of use at most"
    case .cores: return "the machine has no core for more"
    case .noKey, .keyGroups, .partitions, .oneWriter, .processes:
      return LoadText.text(limit, most: stage.most)
    }
  }

  private static func text(_ machine: JobStatus.Machine, _ wanted: Double?) -> String {
    var text = "machine: \(LoadText.cores(machine.cores))"
    if let idle = machine.idleCores { text += ", \(NumberText.fixed(idle, 1)) idle" }
    if let wanted { text += "; the stages want \(NumberText.fixed(wanted, 1))" }
    return text
  }

  // MARK: Conclusions

  private static func conclusion(_ report: AdviceReport, _ isColored: Bool) -> [String] {
    guard !report.advice.isTooShort else {
      return ["too short to conclude anything: look for longer, with '--measure'"]
    }
    guard !report.advice.changes.isEmpty else { return ["nothing is to be changed"] }
    var lines: [String] = []
    if let edit = report.edit { lines += edit.split(separator: "\n").map(String.init) }
    lines += report.unedited.map { unedited in
      let advised = report.advice.stages.first { $0.name == unedited.stage }?.advised ?? 1
      return "\(unedited.stage): write 'processes: \(advised)' yourself, \(text(unedited.reason))"
    }
    if let fault = report.fault { lines.append(fault) }
    return lines
  }

  private static func text(_ reason: AdviceReport.Unedited.Reason) -> String {
    switch reason {
    case .unknownStage: "the file has no stage of that name any more"
    case .variable: "a variable gives the number"
    case .form: "where it fits: the stage is not written on lines of its own"
    }
  }
}
