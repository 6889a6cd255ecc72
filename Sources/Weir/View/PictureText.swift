import WeirColumns
import WeirCore

/// A picture of a run as lines: the live view.
enum PictureText {
  /// A line about the run, then a table with a line for each stage, no wider than the terminal.
  static func lines(_ picture: RunPicture, width: Int?, isColored: Bool) -> [String] {
    [head(picture, width: width, isColored: isColored)]
      + table(picture.stages).lines(width: width, isColored: isColored)
  }

  /// A line for each stage under titles, and one for each process of those that have several, if asked.
  static func table(_ stages: [JobStatus.Stage], withInstances: Bool = false) -> TextTable {
    var table = TextTable([
      .init("stage", .left), .init("rows in"), .init("rows out"), .init("rows/s"), .init("busy"),
      .init("backpr."), .init("idle"), .init("watermark"), .init("behind"), .init("memory"),
    ])
    for stage in stages {
      table.add(row(stage))
      guard withInstances, stage.instances.count > 1 else { continue }
      for instance in stage.instances { table.add(row(instance)) }
    }
    return table
  }

  /// A line about the run.
  static func head(_ picture: RunPicture, width: Int?, isColored: Bool) -> String {
    let word =
      switch picture.phase {
      case .stopping: "stopping: what has reached the sinks is published"
      case .draining: "draining: the input ends here"
      case .starting, .running, .recovering, .ending, .silent: picture.phase.rawValue
      }
    var parts = [word, NumberText.seconds(picture.elapsedSeconds)]
    if picture.processes > 0 {
      parts.append(picture.processes == 1 ? "1 process" : "\(picture.processes) processes")
    }
    if let progress = picture.progress, picture.phase == .running {
      var text = "\(bar(progress)) \(NumberText.percent(progress)) read"
      if progress > 0.02, progress < 1, picture.elapsedSeconds > 2 {
        let left = picture.elapsedSeconds / progress * (1 - progress)
        text += ", \(NumberText.seconds(left)) to go"
      }
      parts.append(text)
    }
    let rest = "  " + parts.joined(separator: "  ")
    let room = max((width ?? .max) - picture.name.count, 0)
    return Style.strong.applied(to: picture.name, isColored) + String(rest.prefix(room))
  }

  private static func bar(_ share: Double) -> String {
    let filled = Int((share * 20).rounded())
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: ".", count: 20 - filled) + "]"
  }

  private static func row(_ stage: JobStatus.Stage) -> [TextTable.Cell] {
    let name = stage.host.map { "\(stage.name) (in \($0))" } ?? stage.name
    return [
      .init(name, stage.hasFinished ? .good : .plain),
      .init(NumberText.count(stage.counters.rowsIn)),
      .init(NumberText.count(stage.counters.rowsOut)),
      .init(stage.rowsPerSecond.map { NumberText.rate($0) } ?? "-"),
    ] + cells(stage.shares) + [
      .init(watermark(stage.watermark)),
      .init(stage.behindMicroseconds.map { NumberText.span($0) } ?? "-"),
      .init(stage.memoryBytes.map { NumberText.bytes($0) } ?? "-"),
    ]
  }

  /// Of a process the rows that came to it: what was filtered out before is the stage's.
  private static func row(_ instance: JobStatus.Instance) -> [TextTable.Cell] {
    [
      .init("  \(instance.instance)", instance.step == .finished ? .good : .plain),
      .init(NumberText.count(instance.rowsTaken ?? instance.rowsIn)),
      .init(NumberText.count(instance.rowsOut)),
      .init(instance.rowsPerSecond.map { NumberText.rate($0) } ?? "-"),
    ] + cells(instance.shares) + [
      .init(watermark(instance.watermark)),
      .init("-"),
      .init(instance.memoryBytes.map { NumberText.bytes($0) } ?? "-"),
    ]
  }

  private static func cells(_ shares: JobStatus.Shares?) -> [TextTable.Cell] {
    [
      .init(shares.map { NumberText.percent($0.busy) } ?? "-"),
      .init(
        shares.map { NumberText.percent($0.backpressured) } ?? "-",
        (shares?.backpressured ?? 0) >= 0.5 ? .warning : .plain
      ),
      .init(shares.map { NumberText.percent($0.idle) } ?? "-"),
    ]
  }

  /// A watermark to the second; `end` when no event can come any more.
  static func watermark(_ watermark: Watermark?) -> String {
    switch watermark {
    case nil, Watermark.start?: "-"
    case Watermark.end?: "end"
    case let watermark?:
      TimestampText.text(watermark.microseconds / 1_000_000 * 1_000_000)
    }
  }
}
