import WeirColumns
import WeirCore
import WeirExpressions

/// A port of a stage, by the stage's place in the graph.
struct PortReference: Hashable {
  var stage: Int
  var kind: PortKind
}

/// The stages of a file in topological order, and who reads what.
struct StageGraph {
  enum Stage {
    case source(SourceStage)
    case processor(OperatorStage)
    case sink(SinkStage)

    var name: Located<String> {
      switch self {
      case .source(let stage): stage.name
      case .processor(let stage): stage.name
      case .sink(let stage): stage.name
      }
    }

    var from: [Located<String>] {
      switch self {
      case .source: []
      case .processor(let stage): stage.from
      case .sink(let stage): stage.from
      }
    }
  }

  /// One input of a stage, as written.
  struct Input {
    var port: PortReference
    var location: SourceLocation
    /// As users write it, such as `declines.late`.
    var text: String
  }

  /// A stage that reads a port, and which of its inputs that is.
  struct Reader {
    var stage: Int
    var input: Int
  }

  let stages: [Stage]
  /// By stage.
  let inputs: [[Input]]

  /// Finds every name and the order; nil if stages read each other in a circle.
  init?(_ file: TopologyFile, _ diagnostics: inout Diagnostics) {
    let written =
      file.sources.map { Stage.source($0) } + file.operators.map { Stage.processor($0) }
      + file.sinks.map { Stage.sink($0) }
    var resolved: [[Input]] = []
    for stage in written {
      resolved.append(
        stage.from.compactMap { Self.resolve($0, reader: stage, written, &diagnostics) }
      )
    }
    guard let order = Self.order(written, resolved, &diagnostics) else { return nil }
    var place = Array(repeating: 0, count: written.count)
    for (position, index) in order.enumerated() { place[index] = position }
    stages = order.map { written[$0] }
    inputs = order.map { index in
      resolved[index].map { input in
        var input = input
        input.port.stage = place[input.port.stage]
        return input
      }
    }
  }

  /// Who reads a port, in the order of the stages.
  func readers(of port: PortReference) -> [Reader] {
    var readers: [Reader] = []
    for (stage, list) in inputs.enumerated() {
      for (index, input) in list.enumerated() where input.port == port {
        readers.append(Reader(stage: stage, input: index))
      }
    }
    return readers
  }

  private static func resolve(
    _ reference: Located<String>,
    reader: Stage,
    _ stages: [Stage],
    _ diagnostics: inout Diagnostics
  ) -> Input? {
    let text = reference.value
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let index = stages.firstIndex(where: { $0.name.value == name }) else {
      diagnostics.report(
        .unknownStage,
        at: reference.location,
        "'\(reader.name.value)' reads '\(text)', but there is no stage '\(name)'",
        hint: suggestion(name, stages.map(\.name.value))
      )
      return nil
    }
    let word = parts.count > 1 ? String(parts[1]) : PortKind.main.rawValue
    let known = ports(of: stages[index])
    guard let kind = PortKind(rawValue: word), known.contains(kind),
      parts.count == 1 || kind != .main
    else {
      if case .sink = stages[index] {
        diagnostics.report(
          .unknownPort,
          at: reference.location,
          "'\(reader.name.value)' reads '\(text)', but a sink gives nothing to read"
        )
        return nil
      }
      let names = known.filter { $0 != .main }.map(\.rawValue)
      diagnostics.report(
        .unknownPort,
        at: reference.location,
        "'\(name)' has no port '\(word)'",
        hint: suggestion(word, names) ?? Self.listing(names)
      )
      return nil
    }
    return Input(
      port: PortReference(stage: index, kind: kind),
      location: reference.location,
      text: text
    )
  }

  private static func listing(_ names: [String]) -> String {
    names.count == 1
      ? "its only port is '\(names[0])'" : "its ports are \(names.joined(separator: ", "))"
  }

  /// The ports that a stage can have.
  private static func ports(of stage: Stage) -> [PortKind] {
    switch stage {
    case .source: [.main, .rejected]
    case .processor(let stage):
      if stage.aggregates.isEmpty || stage.window == nil {
        [.main, .errors, .poison]
      } else {
        [.main, .late, .updates, .errors, .poison]
      }
    case .sink: []
    }
  }

  static func suggestion(_ name: String, _ known: [String]) -> String? {
    NearestName.find(name, among: known).map { "did you mean '\($0)'?" }
  }

  /// Depth first, so that stages come in the order of the file where that is possible.
  private static func order(
    _ stages: [Stage],
    _ inputs: [[Input]],
    _ diagnostics: inout Diagnostics
  ) -> [Int]? {
    var order: [Int] = []
    var state = Array(repeating: 0, count: stages.count)
    var circle: Int?

    func visit(_ index: Int) {
      if state[index] == 2 { return }
      if state[index] == 1 {
        circle = circle ?? index
        return
      }
      state[index] = 1
      for input in inputs[index] { visit(input.port.stage) }
      state[index] = 2
      order.append(index)
    }

    for index in stages.indices { visit(index) }
    guard let circle else { return order }
    diagnostics.report(
      .cycle,
      at: stages[circle].name.location,
      "'\(stages[circle].name.value)' reads, through other stages, what it makes itself",
      hint: "a topology has no circles: take one of the 'from' entries out"
    )
    return nil
  }
}
