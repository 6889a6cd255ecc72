import WeirCore

/// What `weir advise` tells: the advice, and the edit of the topology file that follows it.
struct AdviceReport: Encodable {
  /// A stage whose line is to be written by hand, and why.
  struct Unedited: Encodable, Hashable {
    enum Reason: String, Encodable {
      case unknownStage
      case variable
      case form
    }

    var stage: String
    var reason: Reason
  }

  var run: String
  var topology: String
  var advice: Advice
  /// As `diff -U0` writes it; nil if nothing changes, or nothing follows.
  var edit: String?
  /// Stages that the edit leaves out.
  var unedited: [Unedited] = []
  /// Why there is no edit although there should be one.
  var fault: String?

  init(run: String, topology: String, advice: Advice) {
    self.run = run
    self.topology = topology
    self.advice = advice
  }
}

extension AdviceReport {
  /// Makes the edit in the text that the file has now.
  mutating func edit(_ loaded: LoadedTopology) {
    guard !advice.isTooShort, !advice.changes.isEmpty else { return }
    let made = TopologyEdit(
      loaded.text,
      loaded.topology.file,
      advice.changes.map { TopologyEdit.Change(stage: $0.name, processes: $0.advised) }
    )
    edit = made.isEmpty ? nil : made.difference(topology)
    unedited = made.obstacles.map { stage, obstacle in
      let reason: Unedited.Reason =
        switch obstacle {
        case .unknownStage: .unknownStage
        case .variable: .variable
        case .form: .form
        }
      return Unedited(stage: stage, reason: reason)
    }
  }
}

extension StagePicture {
  /// The streams between stages, as an advice follows them.
  var streams: [StageArrow] {
    arrows.map { arrow in
      StageArrow(
        from: nodes[arrow.from].name,
        arrow.port.flatMap { PortKind(rawValue: $0) } ?? .main,
        to: nodes[arrow.to].name
      )
    }
  }
}
