import WeirCore

// Layouts and the ways to them, field by field: the names are the format.

extension RunLayout {
  var json: JSONValue { .list(stages.map(\.json)) }

  init(_ fields: ControlFields, _ name: String) throws(WeirError) {
    self.init(try fields.values(name, RunLayout.Stage.init))
  }
}

extension RunLayout.Stage {
  var json: JSONValue {
    .object([
      "name": .text(name), "processes": .number(processes), "declared": .number(declared),
      "owners": owners.map { .list($0.owners.map { .number($0) }) } ?? .null,
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      try fields.text("name"),
      processes: try fields.integer("processes"),
      declared: try fields.integer("declared")
    )
    guard fields.optional("owners") != nil else { return }
    let list: [Int] = try fields.list("owners").map { value throws(WeirError) in
      guard case .number(let text) = value, let owner = Int(text) else {
        throw ControlFields.damaged(fields.subject, "the owner of a key group is no number")
      }
      return owner
    }
    guard let table = KeyGroupTable(owners: list, instances: processes) else {
      throw ControlFields.damaged(fields.subject, "key groups of '\(name)' have no owner")
    }
    owners = table
  }
}

extension Reshape {
  var json: JSONValue {
    .object([
      "round": .number(round.number), "epoch": .number(epoch.number), "layout": layout.json,
      "generation": .number(generation.number), "peers": .list(peers.map(\.json)),
      "begins": .bool(begins), "quarantine": .list(quarantine.map(\.json)),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      round: Round(try fields.integer("round")),
      epoch: try fields.epoch("epoch"),
      layout: try RunLayout(fields, "layout"),
      generation: Generation(try fields.integer("generation")),
      peers: try fields.values("peers", Peer.init),
      begins: try fields.truth("begins"),
      quarantine: try fields.values("quarantine", QuarantinedRow.init)
    )
  }
}

extension HandOver {
  var json: JSONValue {
    .object(["waited_ns": .number(waited), "state_bytes": .number(stateBytes)])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      waited: try fields.integer("waited_ns"),
      stateBytes: try fields.integer("state_bytes")
    )
  }
}
