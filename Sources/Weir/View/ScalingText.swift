import WeirCore

/// A change of layout in words.
enum ScalingText {
  /// The numbers of processes, such as `declines 1 -> 2, spend 4 -> 1`.
  static func numbers(_ change: Scaling) -> String {
    change.stages.map { "\($0.name) \($0.before) -> \($0.after)" }.joined(separator: ", ")
  }

  /// What has happened, a line for each stage and one for the whole.
  static func lines(_ report: Scaling) -> [String] {
    var lines = report.stages.map { stage in
      var line = "\(stage.name): \(stage.before) -> \(stage.after) processes"
      if let moved = stage.groupsMoved, let all = stage.groups {
        line += ", \(moved) of \(all) key groups moved"
      }
      return line
    }
    var whole =
      "\(NumberText.bytes(report.bytesMoved)) of state taken over; rows of moved keys waited "
      + "\(milliseconds(report.pause)) at most; done in \(milliseconds(report.duration)), behind "
      + "checkpoint \(report.epoch.number)"
    if report.recovered { whole += ", by way of a recovery" }
    lines.append(whole)
    return lines
  }

  private static func milliseconds(_ microseconds: Int64) -> String {
    let tenths = (microseconds + 50) / 100
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) ms" : "\((tenths + 5) / 10) ms"
  }
}
