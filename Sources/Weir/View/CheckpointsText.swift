import WeirColumns
import WeirCore

/// Checkpoints as a table, and why some of them are of no use.
enum CheckpointsText {
  static func lines(
    _ checkpoints: [StoredCheckpoint],
    failed: [CheckpointHistory.Entry],
    width: Int?,
    isColored: Bool
  ) -> [String] {
    var lines = ["no checkpoint is complete"]
    if !checkpoints.isEmpty {
      lines = table(checkpoints).lines(width: width, isColored: isColored)
    }
    for checkpoint in checkpoints {
      guard let fault = checkpoint.fault else { continue }
      lines.append("checkpoint \(checkpoint.epoch.number) cannot be gone on from: \(fault)")
    }
    for entry in failed {
      guard let error = entry.error else { continue }
      let time = TimestampText.text(entry.at.microseconds / 1000 * 1000)
      lines.append("\(time) \(error)")
    }
    return lines
  }

  private static func table(_ checkpoints: [StoredCheckpoint]) -> TextTable {
    let steps: [(title: String, time: (CheckpointTimes) -> Int64)] = [
      ("took", { $0.untilComplete }), ("barrier", { $0.barrier }), ("align", { $0.alignment }),
      ("write", { $0.write }), ("prepare", { $0.prepare }), ("manifest", { $0.manifest }),
      ("commit", { $0.commit }),
    ]
    var titles: [TextTable.Title] = [
      .init("epoch"), .init("restorable", .left), .init("visible at", .left), .init("written"),
      .init("needs"),
    ]
    titles += steps.map { .init($0.title) }
    titles.append(.init("slowest", .left))
    var table = TextTable(titles)
    for checkpoint in checkpoints {
      var cells: [TextTable.Cell] = [
        .init("\(checkpoint.epoch.number)"), restorable(checkpoint),
        .init(checkpoint.at.map { TimestampText.text($0.microseconds / 1000 * 1000) } ?? "-"),
        .init(NumberText.bytes(checkpoint.writtenBytes)),
        .init(NumberText.bytes(checkpoint.neededBytes)),
      ]
      cells += steps.map { step in
        .init(checkpoint.times.map { NumberText.latency(step.time($0)) } ?? "-")
      }
      cells.append(.init(checkpoint.times.map { "\($0.slowest)" } ?? "-"))
      table.add(cells)
    }
    return table
  }

  private static func restorable(_ checkpoint: StoredCheckpoint) -> TextTable.Cell {
    if checkpoint.fault != nil { return .init("no", .failure) }
    return checkpoint.isLast ? .init("finished") : .init("yes", .good)
  }
}
