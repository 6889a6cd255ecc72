import WeirCore

/// The report of a drill for people: a figure a line, or, of several drills, a drill a line.
enum DrillText {
  static func text(_ report: DrillReport, width: Int?, isColored: Bool) -> String {
    var lines: [String] = []
    if let only = report.drills.first, report.drills.count == 1 {
      lines += figures(only, report, isColored)
    } else {
      lines += table(report, width: width, isColored: isColored)
    }
    for verdict in report.goals {
      let word =
        verdict.isMet
        ? Style.good.applied(to: "met", isColored) : Style.failure.applied(to: "missed", isColored)
      let worst = verdict.worstMicroseconds.map { NumberText.latency($0) } ?? "it never came"
      lines.append("goal \(verdict.goal): \(word) (\(worst))")
    }
    if let audit = report.audit { lines += AuditText.summary(audit, isColored: isColored) }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: One

  private static func figures(
    _ drill: DrillResult,
    _ report: DrillReport,
    _ isColored: Bool
  ) -> [String] {
    var lines = ["\(report.run): \(act(drill)) \(drill.instance), process \(drill.process)"]
    func add(_ title: String, _ figure: String?, _ remark: String? = nil) {
      let space = String(repeating: " ", count: max(26 - title.count, 1))
      let figure = figure ?? Style.warning.applied(to: "-", isColored)
      let remark = remark.map { "  " + Style.dim.applied(to: $0, isColored) } ?? ""
      lines.append("  \(title)\(space)\(figure)\(remark)")
    }
    func latency(_ measure: DrillMeasure) -> String? {
      drill.microseconds(measure).map { NumberText.latency($0) }
    }
    add(DrillMeasure.seen.title, latency(.seen))
    if let restart = drill.restartMicroseconds {
      add("'weir run' again after", NumberText.latency(restart), "all below count from there")
    }
    add(DrillMeasure.ready.title, latency(.ready))
    add("state loaded", drill.stateBytes.map { NumberText.bytes($0) }, origin(drill))
    add(DrillMeasure.running.title, latency(.running), silent(drill))
    add("rows replayed", drill.rowsReplayed.map { NumberText.count(UInt64($0)) })
    add(DrillMeasure.output.title, latency(.output))
    add(DrillMeasure.caughtUp.title, latency(.caughtUp))
    add(DrillMeasure.gap.title, latency(.gap))
    if !drill.hasRecovered { lines.append("  " + unrecovered(drill, isColored)) }
    return lines
  }

  private static func act(_ drill: DrillResult) -> String {
    switch drill.act {
    case .kill, .coordinator: "killed"
    case .hang: "stopped"
    }
  }

  private static func origin(_ drill: DrillResult) -> String? {
    guard let epoch = drill.epoch else { return nil }
    let place = epoch > .none ? "checkpoint \(epoch.number)" : "the beginning"
    return "\(drill.instances) instances went back to \(place)"
  }

  private static func silent(_ drill: DrillResult) -> String? {
    guard drill.runningMicroseconds != nil, !drill.withoutRows.isEmpty else { return nil }
    return "but for " + drill.withoutRows.map { "\($0)" }.joined(separator: ", ")
      + ", which no row has reached yet"
  }

  private static func unrecovered(_ drill: DrillResult, _ isColored: Bool) -> String {
    Style.failure.applied(to: "\(drill.instance) was not back in time", isColored)
  }

  // MARK: Several

  private static func table(
    _ report: DrillReport,
    width: Int?,
    isColored: Bool
  ) -> [String] {
    var table = TextTable([
      .init("hit", .left), .init("seen"), .init("ready"), .init("state"), .init("running"),
      .init("replayed"), .init("output"), .init("caught up"), .init("gap"),
    ])
    for drill in report.drills {
      table.add(
        row(
          drill.hasRecovered ? .init(drill.instance) : .init(drill.instance, .failure),
          drill.microseconds,
          state: drill.stateBytes,
          replayed: drill.rowsReplayed
        )
      )
    }
    let sums: [(title: String, pick: ([Int64]) -> Int64?)] = [
      ("p50", { median($0) }), ("max", { $0.max() }),
    ]
    for (title, pick) in sums {
      table.add(
        row(
          .init(title, .strong),
          { measure in pick(report.drills.compactMap { $0.microseconds(measure) }) },
          state: pick(report.drills.compactMap(\.stateBytes)),
          replayed: pick(report.drills.compactMap { $0.rowsReplayed.map { Int64($0) } })
            .map { Int($0) }
        )
      )
    }
    var lines = ["\(report.run): \(report.drills.count) drills, seed \(report.seed)"]
    lines += table.lines(width: width, isColored: isColored)
    for drill in report.drills where !drill.hasRecovered {
      lines.append(unrecovered(drill, isColored))
    }
    return lines
  }

  private static func row(
    _ name: TextTable.Cell,
    _ microseconds: (DrillMeasure) -> Int64?,
    state: Int64?,
    replayed: Int?
  ) -> [TextTable.Cell] {
    func latency(_ measure: DrillMeasure) -> TextTable.Cell {
      .init(microseconds(measure).map { NumberText.latency($0) } ?? "-")
    }
    return [
      name, latency(.seen), latency(.ready), .init(state.map { NumberText.bytes($0) } ?? "-"),
      latency(.running), .init(replayed.map { NumberText.count(UInt64($0)) } ?? "-"),
      latency(.output), latency(.caughtUp), latency(.gap),
    ]
  }

  /// The lower of the two in the middle; nil of none.
  private static func median(_ values: [Int64]) -> Int64? {
    values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
  }
}
