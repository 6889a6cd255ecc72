import WeirCore

/// What a savepoint or a checkpoint holds, for people and for programs.
enum SnapshotText {
  // MARK: Tables

  static func lines(
    _ overview: SnapshotOverview,
    _ states: [InspectedState],
    width: Int?,
    isColored: Bool
  ) -> [String] {
    var head = "\(overview.kind) \(overview.epoch)"
    if let run = overview.run { head += " of \(run)" }
    if let time = overview.takenAt { head += ", taken \(time)" }
    if let program = overview.program { head += ", by weir \(program)" }
    var lines = [head, ""]
    var table = TextTable([
      .init("stage", .left), .init("kind", .left), .init("processes"), .init("watermark", .left),
      .init("state"), .init("read", .left),
    ])
    for stage in overview.stages {
      table.add([
        .init(stage.name), .init(stage.kind.rawValue), .init("\(stage.processes)"),
        .init(stage.watermark ?? "-"), .init(stage.bytes.map(NumberText.bytes) ?? "-"),
        .init(stage.partitions.map(read) ?? ""),
      ])
    }
    lines += table.lines(width: width, isColored: isColored)
    for stage in overview.stages {
      for partition in (stage.partitions ?? []).prefix(shownPartitions) {
        guard let file = partition.file, let position = partition.position else { continue }
        lines.append("  \(stage.name): \(file), \(position) bytes, \(partition.rows) records")
      }
    }
    for state in states { lines += self.lines(state, width: width, isColored: isColored) }
    return lines
  }

  /// Files of a source that are named in the text; JSON has all.
  private static let shownPartitions = 16

  private static func read(_ partitions: [SnapshotOverview.Partition]) -> String {
    let rows = partitions.reduce(0) { $0 + $1.rows }
    let ended = partitions.count { $0.hasEnded }
    return "\(rows) records of \(partitions.count) partitions"
      + (ended > 0 ? ", \(ended) ended" : "")
  }

  private static func lines(
    _ state: InspectedState,
    width: Int?,
    isColored: Bool
  ) -> [String] {
    var lines = ["", "\(state.name): \(state.keys) keys, \(state.window)"]
    guard !state.cells.isEmpty else { return lines + ["  nothing is held"] }
    var table = TextTable(state.titles.map { .init($0, .left) })
    for row in state.cells { table.add(row.map { .init($0) }) }
    lines += table.lines(width: width, isColored: isColored)
    if state.rows > state.cells.count {
      lines.append(
        "… and \(state.rows - state.cells.count) more: '--limit' shows more, '--key' one key"
      )
    }
    return lines
  }

  // MARK: JSON

  /// One object: the overview, and what the operators hold under `operators`.
  static func json(_ overview: SnapshotOverview, _ states: [InspectedState]) -> String {
    // Numbers of rows are printed as they are: a decimal has all its digits.
    var text = Console.json(overview)
    while text.hasSuffix("\n") || text.hasSuffix("}") {
      let isBrace = text.removeLast() == "}"
      if isBrace { break }
    }
    while text.hasSuffix("\n") { text.removeLast() }
    text += ",\n  \"operators\" : ["
    for (place, state) in states.enumerated() {
      text += place > 0 ? ",\n" : "\n"
      text +=
        "    { \"name\" : \"\(state.name)\", \"keys\" : \(state.keys), \"rows\" : \(state.rows),\n"
      text += "      \"entries\" : ["
      text += state.objects.map { "\n        \($0)" }.joined(separator: ",")
      text += state.objects.isEmpty ? "] }" : "\n      ] }"
    }
    return text + (states.isEmpty ? "]\n}\n" : "\n  ]\n}\n")
  }
}
