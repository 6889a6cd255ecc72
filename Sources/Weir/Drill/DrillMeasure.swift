/// What a drill measures and a goal can be set for, from the kill on.
enum DrillMeasure: String, CaseIterable, Codable, Hashable {
  /// Until the coordinator knew.
  case seen
  /// Until the replacement could receive.
  case ready
  /// Until all instances that get rows had taken some.
  case running
  /// Until the first rows were at a sink.
  case output
  /// Until the sources were as far as before, and nothing was overdue.
  case caughtUp = "caught-up"
  /// The longest time without rows at the sinks.
  case gap

  /// Reads the name in a goal; `recovery` is another word for `running`.
  init?(word: String) {
    if word == "recovery" {
      self = .running
    } else {
      self.init(rawValue: word)
    }
  }

  /// What people read before the figure.
  var title: String {
    switch self {
    case .seen: "seen after"
    case .ready: "replacement ready after"
    case .running: "all running after"
    case .output: "output again after"
    case .caughtUp: "caught up after"
    case .gap: "longest output gap"
    }
  }
}
