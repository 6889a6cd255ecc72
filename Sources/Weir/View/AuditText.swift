import WeirCore

/// An audit as text: the verdict, a line for each path, then what is wrong.
enum AuditText {
  /// `whole: 3 paths, 123,456 rows read, 1,203 in files`.
  static func verdict(_ report: AuditReport) -> String {
    let faults = report.faults.count
    let word = report.isWhole ? "whole" : faults == 1 ? "1 fault" : "\(faults) faults"
    let paths = report.paths.count == 1 ? "1 path" : "\(report.paths.count) paths"
    return "\(word): \(paths), \(NumberText.count(report.rowsRead)) rows read, "
      + "\(NumberText.count(report.rowsFound)) in files"
  }

  /// All of it, for `weir audit`.
  static func text(_ report: AuditReport, isColored: Bool) -> String {
    let style: Style = report.isWhole ? .good : .failure
    let verdict = style.applied(to: verdict(report), isColored)
    var lines = ["\(report.name) at checkpoint \(report.checkpoint) \(verdict)"]
    for path in report.paths { lines.append(line(path, report, isColored)) }
    lines += remarks(report, isColored: isColored)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The verdict behind its title, the faults and the notes, a line each.
  static func summary(_ report: AuditReport, isColored: Bool) -> [String] {
    let style: Style = report.isWhole ? .good : .failure
    return ["audit: " + style.applied(to: verdict(report), isColored)]
      + remarks(report, isColored: isColored)
  }

  /// The faults and the notes, a line each.
  static func remarks(_ report: AuditReport, isColored: Bool) -> [String] {
    let fault = Style.failure.applied(to: "fault:", isColored)
    let note = Style.dim.applied(to: "note:", isColored)
    return report.faults.map { "  \(fault) \($0.message)" } + report.notes.map { "  \(note) \($0)" }
  }

  // MARK: Paths

  private static func line(
    _ path: AuditReport.Path,
    _ report: AuditReport,
    _ isColored: Bool
  ) -> String {
    let word =
      path.isWhole
      ? Style.good.applied(to: "whole", isColored) : Style.failure.applied(to: "faulty", isColored)
    let laws = path.stages.compactMap { name in
      report.stages.first { $0.name == name.prefix { $0 != "." } }.map { law($0) }
    }
    return "  \(word)  \(path.stages.joined(separator: " -> ")): \(laws.joined(separator: "; "))"
  }

  /// `30,000 in = 29,700 counted + 300 late, 1,203 out`.
  private static func law(_ stage: AuditReport.Stage) -> String {
    let count = NumberText.count
    switch stage.kind {
    case .source:
      return "\(count(stage.rowsIn)) read"
        + sum([(stage.counted, "counted"), (stage.rejected, "rejected")], stage.rowsIn)
    case .operator:
      var text =
        "\(count(stage.rowsIn)) in"
        + sum(
          [
            (stage.counted, "counted"), (stage.filtered, "filtered"), (stage.late, "late"),
            (stage.rejected, "rejected"), (stage.errors, "errors"),
          ],
          stage.rowsIn
        )
      if stage.withheld > 0 { text += ", \(count(stage.withheld)) withheld" }
      if stage.resultErrors > 0 { text += ", \(count(stage.resultErrors)) errors in results" }
      return text + ", \(count(stage.rowsOut)) out"
    case .sink:
      guard let found = stage.rowsFound, let parts = stage.parts else {
        return "\(count(stage.rowsIn)) in, not read back"
      }
      let files = parts == 1 ? "1 file" : "\(parts) files"
      return "\(count(stage.rowsIn)) in, \(count(found)) in \(files)"
    }
  }

  private static func sum(_ terms: [(UInt64, String)], _ total: UInt64) -> String {
    let shown = terms.filter { $0.0 > 0 }
    guard !shown.isEmpty else { return "" }
    let same = terms.reduce(0) { $0 &+ $1.0 } == total
    return (same ? " = " : " is not ")
      + shown.map { "\(NumberText.count($0.0)) \($0.1)" }.joined(separator: " + ")
  }
}
