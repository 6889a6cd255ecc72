/// A plan as text: stages, edges, delivery, what is in the way.
enum PlanText {
  static func text(_ report: PlanReport, isColored: Bool) -> String {
    func title(_ text: String) -> String { Style.strong.applied(to: text, isColored) }
    let processes = report.processes == 1 ? "1 process" : "\(report.processes) processes"
    var lines = ["\(title(report.name)): \(report.stages.count) stages in \(processes)"]
    if let description = report.description { lines.append(description) }
    lines += ["", title("stages")]
    for stage in report.stages {
      lines.append("  \(title(stage.name))  \(stage.kind), \(place(stage))")
      lines += stage.does.map { "    \($0)" }
    }
    lines += ["", title("edges")]
    for edge in report.edges {
      let channels = edge.channels == 1 ? "1 channel" : "\(edge.channels) channels"
      lines.append("  \(edge.from) -> \(edge.to)  \(edge.partitioning), \(channels)")
      if !edge.pushedUp.isEmpty {
        let senders = edge.senders.joined(separator: ", ")
        lines.append("    in \(senders): \(edge.pushedUp.joined(separator: "; "))")
      }
      let columns = edge.columns.map { column in
        "\(column.name) \(column.type)\(column.isEventTime ? " (event time)" : "")"
      }
      lines.append("    \(columns.joined(separator: ", "))")
    }
    lines += ["", title("delivery")]
    for delivery in report.delivery {
      lines.append("  \(delivery.sink): \(delivery.guarantee)")
      lines.append("    \(delivery.why)")
    }
    if !report.hindrances.isEmpty {
      lines += ["", title("before it can run here")]
      for hindrance in report.hindrances {
        lines.append("  \(hindrance.code): \(hindrance.message)")
        if let detail = hindrance.detail { lines.append("    \(detail)") }
        if let hint = hindrance.hint { lines.append("    \(hint)") }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func place(_ stage: PlanReport.Stage) -> String {
    switch stage.processes {
    case 0: "runs in \(stage.host ?? "its sender")"
    case 1: "1 process"
    default: "\(stage.processes) processes"
    }
  }
}
