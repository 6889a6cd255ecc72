import ArgumentParser

/// `weir graph`: stages and what flows between them, as a picture.
struct GraphCommand: ParsableCommand {
  enum Picture: String, EnumerableFlag {
    case ascii
    case dot
    case mermaid

    static func help(for value: Picture) -> ArgumentHelp? {
      switch value {
      case .ascii: "A tree for the terminal (default)."
      case .dot: "For Graphviz."
      case .mermaid: "For Markdown."
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draws the stages of a topology and what flows between them.",
    discussion: """
      Examples:
        weir graph harbor-fleet.yaml
        weir graph harbor-fleet.yaml --dot | dot -Tsvg > harbor-fleet.svg
        weir graph harbor-fleet.yaml --mermaid
      """
  )

  @OptionGroup var topology: TopologyArguments
  @Flag(exclusivity: .exclusive) var picture: Picture = .ascii

  func run() throws {
    let loaded = try LoadedTopology.load(topology)
    let graph = StagePicture(loaded.topology.file, loaded.job)
    let text =
      switch picture {
      case .ascii: graph.tree()
      case .dot: graph.dot()
      case .mermaid: graph.mermaid()
      }
    Console.write(text)
  }
}
