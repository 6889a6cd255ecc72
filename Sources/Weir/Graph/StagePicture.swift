import WeirCore
import WeirTopology

/// The user's graph: stages as nodes, what each reads as arrows.
struct StagePicture {
  struct Node {
    var name: String
    var kind: String
    /// `2 processes`, or where it runs.
    var place: String
  }

  struct Arrow {
    var from: Int
    var to: Int
    /// The side output that is read; nil for the main one.
    var port: String?
    /// `by card_token`, if rows are dealt out by a key.
    var key: String?
  }

  let name: String
  private(set) var nodes: [Node] = []
  private(set) var arrows: [Arrow] = []

  init(_ file: TopologyFile, _ job: JobPlan) {
    name = job.name
    for (index, stage) in job.stages.enumerated() {
      nodes.append(Node(name: stage.name, kind: stage.role.word, place: Self.place(index, job)))
    }
    for stage in file.operators {
      let keys = stage.key.map(\.value)
      let key = keys.isEmpty ? nil : "by \(keys.joined(separator: ", "))"
      for from in stage.from { add(from.value, to: stage.name.value, key: key) }
    }
    for stage in file.sinks {
      for from in stage.from { add(from.value, to: stage.name.value, key: nil) }
    }
  }

  private static func place(_ stage: StageIndex, _ job: JobPlan) -> String {
    switch job.stages[stage].processes {
    case 0: "in \(job.host(of: stage).map { job.stages[$0].name } ?? "its sender")"
    case 1: "1 process"
    case let count: "\(count) processes"
    }
  }

  private mutating func add(_ reference: String, to reader: String, key: String?) {
    let parts = reference.split(separator: ".", maxSplits: 1).map(String.init)
    guard let from = nodes.firstIndex(where: { $0.name == parts[0] }),
      let to = nodes.firstIndex(where: { $0.name == reader })
    else { return }
    arrows.append(Arrow(from: from, to: to, port: parts.count > 1 ? parts[1] : nil, key: key))
  }

  private func label(_ arrow: Arrow) -> String {
    [arrow.port, arrow.key].compactMap { $0 }.joined(separator: ", ")
  }

  // MARK: Forms

  /// A tree for each source; a stage that several read is drawn once, and named again after that.
  func tree() -> String {
    var drawn: [Int] = []
    var lines: [String] = []
    let roots = nodes.indices.filter { node in !arrows.contains { $0.to == node } }
    for root in roots {
      lines.append(text(of: root))
      drawn.append(root)
      draw(below: root, "", &drawn, &lines)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func draw(
    below node: Int,
    _ margin: String,
    _ drawn: inout [Int],
    _ lines: inout [String]
  ) {
    let readers = arrows.filter { $0.from == node }
    for (position, arrow) in readers.enumerated() {
      let isLast = position == readers.count - 1
      let label = label(arrow)
      let branch = (isLast ? "`-" : "|-") + (label.isEmpty ? "" : " \(label) -") + "> "
      let isKnown = drawn.contains(arrow.to)
      lines.append(
        margin + branch + (isKnown ? "\(nodes[arrow.to].name), as above" : text(of: arrow.to))
      )
      guard !isKnown else { continue }
      drawn.append(arrow.to)
      draw(below: arrow.to, margin + (isLast ? "   " : "|  "), &drawn, &lines)
    }
  }

  private func text(of node: Int) -> String {
    "\(nodes[node].name) (\(nodes[node].kind), \(nodes[node].place))"
  }

  /// For Graphviz.
  func dot() -> String {
    var lines = ["digraph \"\(name)\" {", "  rankdir=LR;", "  node [shape=box];"]
    for node in nodes {
      let shape = node.kind == "operator" ? "" : ", style=rounded"
      lines.append("  \"\(node.name)\" [label=\"\(node.name)\\n\(node.place)\"\(shape)];")
    }
    for arrow in arrows {
      let label = label(arrow)
      let ends = "\"\(nodes[arrow.from].name)\" -> \"\(nodes[arrow.to].name)\""
      lines.append("  \(ends)\(label.isEmpty ? "" : " [label=\"\(label)\"]");")
    }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  /// For Markdown; nodes are numbered, since names can be words of Mermaid's own.
  func mermaid() -> String {
    var lines = ["flowchart LR"]
    for (index, node) in nodes.enumerated() {
      let text = "\"\(node.name)<br/>\(node.place)\""
      lines.append("  n\(index)" + (node.kind == "operator" ? "[\(text)]" : "([\(text)])"))
    }
    for arrow in arrows {
      let label = label(arrow)
      let line = label.isEmpty ? "-->" : "-->|\(label)|"
      lines.append("  n\(arrow.from) \(line) n\(arrow.to)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
