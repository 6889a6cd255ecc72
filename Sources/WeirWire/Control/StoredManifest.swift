import WeirCore

/// A manifest as it lies in the state folder: with what a resumed run must not find out anew.
package struct StoredManifest: Hashable, Sendable {
  package var manifest: Manifest
  package var origin: RunOrigin
  /// When it was written; nil: by an earlier version of weir.
  package var writtenAt: WallTime?

  package init(_ manifest: Manifest, of origin: RunOrigin, writtenAt: WallTime? = nil) {
    self.manifest = manifest
    self.origin = origin
    self.writtenAt = writtenAt
  }
}

/// What a run was started from; a state is gone on with only by the same.
package struct RunOrigin: Hashable, Sendable {
  /// The topology's text.
  package var text: String
  /// What state and output depend on of the plan that was made of it.
  package var clauses: [PlanClause]
  /// Of that plan.
  package var fingerprint: UInt64
  /// Its stages, as far as their state is concerned; none: an earlier version of weir wrote it.
  package var stages: [StageOutline]
  /// By stage: the partitions of sources, whose list is taken once.
  package var partitions: [[String]]
  /// When the run began: generated times without a start are counted from here.
  package var startedAt: WallTime

  package init(
    text: String,
    clauses: [PlanClause] = [],
    fingerprint: UInt64,
    stages: [StageOutline] = [],
    partitions: [[String]],
    startedAt: WallTime
  ) {
    self.text = text
    self.clauses = clauses
    self.fingerprint = fingerprint
    self.stages = stages
    self.partitions = partitions
    self.startedAt = startedAt
  }
}

extension RunOrigin {
  /// What stands beside a checkpoint: its stages have the processes that have taken it, which a run
  /// that was scaled, or begun at a savepoint, has other numbers of than its topology says.
  package func beside(_ manifest: Manifest) -> RunOrigin {
    var origin = self
    for index in stages.indices where stages[index].processes > 0 {
      let name = stages[index].name
      origin.stages[index].processes = manifest.members.count { $0.instance.stage == name }
    }
    return origin
  }
}

extension StoredManifest {
  var json: JSONValue {
    .object([
      "manifest": manifest.json, "topology": .text(origin.text),
      "clauses": .list(origin.clauses.map(\.json)), "fingerprint": .number(origin.fingerprint),
      "stages": .list(origin.stages.map(\.json)),
      "partitions": .list(origin.partitions.map { .list($0.map { .text($0) }) }),
      "started_at": .number(origin.startedAt.microseconds),
      "written_at": writtenAt.map { .number($0.microseconds) } ?? .null,
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    var partitions: [[String]] = []
    for value in try fields.list("partitions") {
      guard case .list(let names) = value else {
        throw ControlFields.damaged(fields.subject, "field 'partitions' is not a list of lists")
      }
      var list: [String] = []
      for name in names {
        guard case .text(let text) = name else {
          throw ControlFields.damaged(fields.subject, "a partition is not text")
        }
        list.append(text)
      }
      partitions.append(list)
    }
    let stages =
      fields.optional("stages") == nil ? [] : try fields.values("stages", StageOutline.init)
    self.init(
      try Manifest(fields.fields("manifest")),
      of: RunOrigin(
        text: try fields.text("topology"),
        clauses: try fields.values("clauses", PlanClause.init),
        fingerprint: try fields.integer("fingerprint"),
        stages: stages,
        partitions: partitions,
        startedAt: WallTime(microseconds: try fields.integer("started_at"))
      ),
      writtenAt: try fields.optionalInteger("written_at").map { WallTime(microseconds: $0) }
    )
  }
}

extension PlanClause {
  var json: JSONValue {
    .object(["stage": .text(stage), "name": .text(name), "fingerprint": .number(fingerprint)])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      try fields.text("stage"),
      try fields.text("name"),
      fingerprint: try fields.integer("fingerprint")
    )
  }
}
