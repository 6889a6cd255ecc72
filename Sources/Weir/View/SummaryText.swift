/// A summary as text: how it ended, a table of stages, what was written.
enum SummaryText {
  static func text(_ summary: RunSummary, width: Int?, isColored: Bool) -> String {
    let style: Style =
      switch summary.outcome {
      case "finished": .good
      case "failed": .failure
      default: .warning
      }
    let outcome = style.applied(to: summary.outcome, isColored)
    let wall = NumberText.seconds(summary.wallSeconds)
    let cpu = NumberText.seconds(summary.cpuSeconds)
    var lines = ["\(summary.name) \(outcome) after \(wall), \(cpu) of processor time"]
    lines += table(summary).lines(width: width, isColored: isColored)
    for stage in summary.stages {
      if let count = stage.quarantined { lines.append(quarantine(count, stage)) }
    }
    for output in summary.outputs { lines.append("\(output.sink) wrote \(output.path)") }
    if let audit = summary.audit {
      lines += AuditText.summary(audit, isColored: isColored)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What became of rows that kill their operator, or of records that kill the parser of a source.
  private static func quarantine(_ count: UInt64, _ stage: RunSummary.Stage) -> String {
    let noun = stage.kind == "source" ? "record" : "row"
    let rows =
      count == 1
      ? "1 \(noun) that kills it was" : "\(NumberText.count(count)) \(noun)s that kill it were"
    let place = stage.quarantinedTo.map { "sent to \($0)" } ?? "dropped"
    return "\(stage.name): \(rows) kept from it and \(place)"
  }

  /// Columns that are zero for every stage say nothing and are left out.
  private static func table(_ summary: RunSummary) -> TextTable {
    let rare: [(title: String, count: (RunSummary.Stage) -> UInt64)] = [
      ("filtered", { $0.filtered }), ("late", { $0.late }), ("rejected", { $0.rejected }),
      ("errors", { $0.errors }), ("withheld", { $0.withheld }),
    ].filter { column in summary.stages.contains { column.1($0) > 0 } }
    let hasLatency = summary.stages.contains { $0.latencyP50Microseconds != nil }
    var titles: [TextTable.Title] = [.init("stage", .left), .init("rows in"), .init("rows out")]
    titles += rare.map { .init($0.title) }
    if hasLatency { titles += [.init("p50"), .init("p99")] }
    titles += [.init("cpu"), .init("memory")]
    var table = TextTable(titles)
    for stage in summary.stages {
      let name = stage.host.map { "\(stage.name) (in \($0))" } ?? stage.name
      var cells: [TextTable.Cell] = [
        .init(name), .init(NumberText.count(stage.rowsIn)), .init(NumberText.count(stage.rowsOut)),
      ]
      cells += rare.map { .init(NumberText.count($0.count(stage))) }
      if hasLatency {
        cells += [stage.latencyP50Microseconds, stage.latencyP99Microseconds].map {
          .init($0.map { NumberText.latency($0) } ?? "-")
        }
      }
      cells.append(.init(stage.cpuSeconds.map { NumberText.seconds($0) } ?? "-"))
      cells.append(.init(stage.peakMemoryBytes.map { NumberText.bytes($0) } ?? "-"))
      table.add(cells)
    }
    return table
  }
}
