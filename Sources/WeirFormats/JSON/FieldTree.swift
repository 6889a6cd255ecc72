/// The fields of a schema by the names on their paths: what the parser walks beside a record.
final class FieldTree {
  /// A place in a record that is, or leads to, a field.
  struct Node {
    /// Indices into `links`.
    var children: Range<Int>
    /// Indices into `fields`.
    var fields: Range<Int>
    /// Indices into `fields` of all fields below this node.
    var descendants: Range<Int>
  }

  /// A name of a node and the node below it.
  struct Link {
    /// Indices into `names`.
    var name: Range<Int>
    var node: Int
  }

  /// The root, the record itself, comes first.
  let nodes: [Node]
  let links: [Link]
  /// Indices of fields in the schema, depth first.
  let fields: [Int]
  let names: [UInt8]

  init(_ schema: RecordSchema) {
    var builder = FieldTreeBuilder()
    builder.add(schema.fields.indices.map { ($0, schema.fields[$0].path[...]) })
    nodes = builder.nodes
    links = builder.links
    fields = builder.fields
    names = builder.names
  }

  /// The node below `node` of that name; -1 if no field lies there.
  ///
  /// Linear in the names.
  func child(of node: Int, named name: UnsafeRawBufferPointer) -> Int {
    for index in nodes[node].children {
      let range = links[index].name
      guard range.count == name.count else { continue }
      var place = 0
      while place < name.count, names[range.lowerBound + place] == name[place] { place += 1 }
      if place == name.count { return links[index].node }
    }
    return -1
  }
}

/// Puts the parts of a field tree together, node by node.
private struct FieldTreeBuilder {
  var nodes: [FieldTree.Node] = []
  var links: [FieldTree.Link] = []
  var fields: [Int] = []
  var names: [UInt8] = []

  /// Adds the node that the given fields share; what is left of their paths begins below it.
  @discardableResult
  mutating func add(_ members: [(field: Int, path: ArraySlice<String>)]) -> Int {
    let node = nodes.count
    let ownStart = fields.count
    fields += members.filter(\.path.isEmpty).map(\.field)
    let ownEnd = fields.count
    nodes.append(
      FieldTree.Node(children: 0..<0, fields: ownStart..<ownEnd, descendants: ownEnd..<ownEnd)
    )
    var heads: [String] = []
    for member in members {
      if let head = member.path.first, !heads.contains(head) { heads.append(head) }
    }
    let firstLink = links.count
    for head in heads {
      let start = names.count
      names += Array(head.utf8)
      links.append(FieldTree.Link(name: start..<names.count, node: 0))
    }
    for (index, head) in heads.enumerated() {
      let below = members.filter { $0.path.first == head }
      links[firstLink + index].node = add(below.map { ($0.field, $0.path.dropFirst()) })
    }
    nodes[node].children = firstLink..<(firstLink + heads.count)
    nodes[node].descendants = ownEnd..<fields.count
    return node
  }
}
