import WeirCore

/// Parts of a sink that became visible after the checkpoint that its run has gone back to.
struct Withdrawal: Hashable {
  let sink: String
  let after: Epoch
  /// Where the parts are now.
  let paths: [String]

  init(sink: String, after: Epoch, _ moves: [(from: String, to: String)]) {
    self.sink = sink
    self.after = after
    paths = moves.map(\.to)
  }

  /// What people should know of it; nil: nothing was withdrawn.
  var warning: WeirError? {
    guard !paths.isEmpty else { return nil }
    return WeirError(
      "E444",
      "sink '\(sink)' has withdrawn what was visible of its output after checkpoint "
        + "\(after.number)",
      detail: paths.map { "\"\($0)\"" }.joined(separator: ", "),
      hint: "the same rows become visible again; whoever has read these parts has them twice",
      recovery: .retry
    )
  }
}
