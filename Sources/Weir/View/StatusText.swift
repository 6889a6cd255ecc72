import WeirColumns
import WeirCore

/// What runs tell of themselves, as text.
enum StatusText {
  // MARK: One run

  /// A run: how it does, its checkpoints, its stages, and what has gone wrong lately.
  static func text(_ status: JobStatus, width: Int?, isColored: Bool) -> String {
    var lines = [PictureText.head(RunPicture(status), width: width, isColored: isColored)]
    lines.append("  of \(status.run.topology), process \(status.run.process)")
    if let checkpoints = status.checkpoints {
      lines.append("  " + line(checkpoints, at: status.takenAt))
      if let open = checkpoints.open { lines.append("  " + line(open)) }
    } else {
      lines.append("  no checkpoints are taken")
    }
    lines += PictureText.table(status.stages, withInstances: true)
      .lines(width: width, isColored: isColored)
    if let bottleneck = status.bottleneck { lines += LoadText.lines(bottleneck, of: status) }
    lines += LoadText.hotKeys(of: status.stages)
    let restarted = status.instances.filter { $0.restarts > 0 }
    if !restarted.isEmpty {
      let words = restarted.map { "\($0.instance) \($0.restarts)x" }
      lines.append("restarted: " + words.joined(separator: ", "))
    }
    lines += status.incidents.map { self.line($0, isColored: isColored) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ checkpoints: JobStatus.Checkpoints, at now: WallTime) -> String {
    var text = "no checkpoint is complete yet"
    if let last = checkpoints.last {
      text = "checkpoint \(last.number) is complete"
      if let at = checkpoints.lastAt {
        text += " since \(NumberText.span(now.microseconds - at.microseconds))"
      }
      if let duration = checkpoints.lastMicroseconds {
        text += ", it took \(NumberText.latency(duration))"
      }
    }
    text += "; one every \(DurationText.text(checkpoints.everyMilliseconds * 1000))"
    if checkpoints.failed > 0 { text += "; \(checkpoints.failed) failed" }
    return text
  }

  private static func line(_ open: JobStatus.Open) -> String {
    let text =
      "checkpoint \(open.epoch.number) is \(open.step.rawValue) since "
      + NumberText.latency(open.sinceMicroseconds)
    guard !open.waitingFor.isEmpty else { return text }
    return text + ", waiting for " + open.waitingFor.map(\.description).joined(separator: ", ")
  }

  private static func line(_ incident: JobStatus.Incident, isColored: Bool) -> String {
    let code = Style.warning.applied(to: "[\(incident.error.code)]", isColored)
    let detail = incident.error.detail.map { ": \($0)" } ?? ""
    let time = TimestampText.text(incident.at.microseconds / 1000 * 1000)
    return "\(time) \(code) \(incident.error.message)\(detail)"
  }

  // MARK: All runs

  /// A line for each run under titles.
  static func lines(of statuses: [JobStatus], width: Int?, isColored: Bool) -> [String] {
    guard !statuses.isEmpty else { return ["no run lives"] }
    var table = TextTable([
      .init("run", .left), .init("phase", .left), .init("process"), .init("for"),
      .init("instances"), .init("rows read"), .init("rows/s"), .init("checkpoint"),
      .init("restarts"), .init("topology", .left),
    ])
    for status in statuses {
      let sources = status.stages.filter { $0.kind == "source" }
      let isSilent = status.phase == .silent
      let rate = sources.reduce(0) { $0 + ($1.rowsPerSecond ?? 0) }
      table.add([
        .init(status.run.name, .strong),
        .init(status.phase.rawValue, status.phase == .running ? .good : .warning),
        .init("\(status.run.process)"),
        .init(
          NumberText.span(status.takenAt.microseconds - status.run.startedAt.microseconds)
        ),
        .init(isSilent ? "-" : "\(status.instances.count { $0.process != nil })"),
        .init(
          isSilent ? "-" : NumberText.count(sources.reduce(0) { $0 + $1.counters.rowsIn })
        ),
        .init(isSilent ? "-" : NumberText.rate(rate)),
        .init(status.checkpoints?.last.map { "\($0.number)" } ?? "-"),
        .init(isSilent ? "-" : "\(status.instances.reduce(0) { $0 + $1.restarts })"),
        .init(status.run.topology),
      ])
    }
    return table.lines(width: width, isColored: isColored)
  }
}
