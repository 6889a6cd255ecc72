import WeirCore

/// The processes of runs as a table.
enum ProcessesText {
  static func lines(
    _ processes: [LiveProcess],
    at now: WallTime,
    width: Int?,
    isColored: Bool
  ) -> [String] {
    guard !processes.isEmpty else { return ["no run lives"] }
    var table = TextTable([
      .init("run", .left), .init("instance", .left), .init("pid"), .init("incarnation"),
      .init("step", .left), .init("restarts"), .init("cpu"), .init("memory"), .init("for"),
    ])
    for process in processes {
      table.add([
        .init(process.run),
        .init(process.instance),
        .init("\(process.process)"),
        .init(process.incarnation.map { "\($0.number)" } ?? "-"),
        .init(process.step?.rawValue ?? "-", process.step == .running ? .good : .plain),
        .init("\(process.restarts)"),
        .init(NumberText.seconds(process.cpuSeconds)),
        .init(NumberText.bytes(process.memoryBytes)),
        .init(
          process.startedAt.map { NumberText.span(now.microseconds - $0.microseconds) } ?? "-"
        ),
      ])
    }
    return table.lines(width: width, isColored: isColored)
  }
}
