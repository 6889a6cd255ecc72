import WeirCore

// Snapshots and manifests, field by field: the names are the format.

extension Rewind {
  var json: JSONValue {
    .object([
      "round": .number(round.number), "snapshot": snapshot?.json ?? .null,
      "generation": .number(generation.number), "peers": .list(peers.map(\.json)),
      "begins_pace": .bool(beginsPace),
      "care": .text(care.rawValue), "quarantine": .list(quarantine.map(\.json)),
      "rows_read": rowsRead.map { .number($0) } ?? .null,
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      round: Round(try fields.integer("round")),
      snapshot: fields.optional("snapshot") == nil
        ? nil : try InstanceSnapshot(fields.fields("snapshot")),
      generation: Generation(try fields.integer("generation")),
      peers: try fields.values("peers", Peer.init),
      beginsPace: try fields.truth("begins_pace"),
      care: try fields.word("care"),
      quarantine: try fields.values("quarantine", QuarantinedRow.init),
      rowsRead: try fields.optionalInteger("rows_read")
    )
  }
}

extension EpochProgress {
  var json: JSONValue {
    .object(["epoch": .number(epoch.number), "step": .text(step.rawValue)])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(epoch: try fields.epoch("epoch"), step: try fields.word("step"))
  }
}

extension InstanceSnapshot {
  var json: JSONValue {
    .object([
      "epoch": .number(epoch.number), "incarnation": .number(incarnation.number),
      "counters": .list(counters.map(\.json)),
      "sent": .list(sent.map(\.json)),
      "watermark": .number(watermark.microseconds), "is_finished": .bool(isFinished),
      "partitions": .list(partitions.map(\.json)), "rows_read": .number(rowsRead),
      "new_from": .number(newFrom.number),
      "pace": pace?.json ?? .null, "outputs": .list(outputs.map(\.json)),
      "state": state?.json ?? .null,
      "inherited": inherited.isEmpty ? .null : .list(inherited.map(\.json)),
      "times": times.json,
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      epoch: try fields.epoch("epoch"),
      incarnation: Incarnation(try fields.integer("incarnation"))
    )
    counters = try fields.values("counters", StageCounters.init)
    sent = try fields.values("sent", SentRows.init)
    watermark = Watermark(microseconds: try fields.integer("watermark"))
    isFinished = try fields.truth("is_finished")
    partitions = try fields.values("partitions", PartitionSnapshot.init)
    rowsRead = try fields.integer("rows_read")
    newFrom = PartitionID(try fields.integer("new_from"))
    if fields.optional("pace") != nil { pace = try SourcePace(fields.fields("pace")) }
    outputs = try fields.values("outputs", PreparedOutput.init)
    if fields.optional("state") != nil { state = try StateReference(fields.fields("state")) }
    if fields.optional("inherited") != nil {
      inherited = try fields.values("inherited", StateReference.init)
    }
    if fields.optional("times") != nil { times = try SnapshotTimes(fields.fields("times")) }
  }
}

extension SnapshotTimes {
  var json: JSONValue {
    .object([
      "alignment_us": .number(alignment), "write_us": .number(write),
      "prepare_us": .number(prepare),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init()
    alignment = try fields.integer("alignment_us")
    write = try fields.integer("write_us")
    prepare = try fields.integer("prepare_us")
  }
}

extension SourcePace {
  var json: JSONValue {
    .object(["since": .number(since.microseconds), "row": .number(row)])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      since: WallTime(microseconds: try fields.integer("since")),
      row: try fields.integer("row")
    )
  }
}

extension PartitionSnapshot {
  var json: JSONValue {
    .object([
      "partition": .number(partition.number),
      "position": position.map { .text($0.text) } ?? .null,
      "highest": highest.map { .number($0) } ?? .null, "has_ended": .bool(hasEnded),
      "rows": .number(rows), "fingerprint": .number(fingerprint),
      "rows_before": .number(rowsBefore),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      partition: PartitionID(try fields.integer("partition")),
      position: try fields.optionalText("position").map { SourcePosition($0) },
      highest: try fields.optionalInteger("highest"),
      hasEnded: try fields.truth("has_ended"),
      rows: try fields.integer("rows"),
      fingerprint: try fields.integer("fingerprint"),
      rowsBefore: try fields.optionalInteger("rows_before") ?? 0
    )
  }
}

extension SentRows {
  var json: JSONValue {
    .object([
      "edge": .number(edge), "receiver": .number(receiver), "rows": .number(rows),
      "fingerprint": .number(fingerprint),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      edge: try fields.integer("edge"),
      receiver: try fields.integer("receiver"),
      rows: try fields.integer("rows"),
      fingerprint: try fields.integer("fingerprint")
    )
  }
}

extension PreparedOutput {
  var json: JSONValue { .object(["epoch": .number(epoch.number), "text": .text(text)]) }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(epoch: try fields.epoch("epoch"), text: try fields.text("text"))
  }
}

extension StateReference {
  var json: JSONValue {
    .object([
      "file": .text(file), "earlier": .list(earlier.map { .text($0) }),
      "bytes": .number(bytes),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      file: try fields.text("file"),
      earlier: try fields.texts("earlier"),
      bytes: try fields.integer("bytes")
    )
  }
}

extension Manifest {
  var json: JSONValue {
    .object([
      "epoch": .number(epoch.number), "is_finished": .bool(isFinished),
      "members": .list(members.map(\.json)),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      epoch: try fields.epoch("epoch"),
      members: try fields.values("members", Manifest.Member.init)
    )
    isFinished = try fields.truth("is_finished")
  }
}

extension Manifest.Member {
  var json: JSONValue {
    .object(["instance": instance.json, "snapshot": snapshot.json])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      instance: try InstanceID(fields.fields("instance")),
      snapshot: try InstanceSnapshot(fields.fields("snapshot"))
    )
  }
}

extension QuarantinedRow {
  var json: JSONValue {
    .object([
      "stage": .text(stage), "fingerprint": .text(RowFingerprint.text(fingerprint)),
      "reason": .text(reason),
      "kind": .text(kind.rawValue),
      "place": place.map { .text($0.text) } ?? .null,
      "offset": place.map { .number($0.offset) } ?? .null,
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    let text = try fields.text("fingerprint")
    guard let fingerprint = UInt64(text, radix: 16) else {
      throw ControlFields.damaged(fields.subject, "field 'fingerprint' is '\(text)'")
    }
    let offset: UInt64? = try fields.optionalInteger("offset")
    self.init(
      stage: try fields.text("stage"),
      // Lists of earlier versions hold rows only.
      kind: fields.optional("kind") == nil ? .row : try fields.word("kind"),
      fingerprint: fingerprint,
      reason: try fields.text("reason"),
      place: try offset.map { offset throws(WeirError) in
        RecordPlace(offset: offset, text: try fields.text("place"))
      }
    )
  }
}

extension RunNumbers {
  var json: JSONValue {
    .object([
      "run": .number(run), "epoch": .number(epoch.number),
      "generation": .number(generation.number), "incarnation": .number(incarnation.number),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init()
    run = try fields.integer("run")
    epoch = try fields.epoch("epoch")
    generation = Generation(try fields.integer("generation"))
    incarnation = Incarnation(try fields.integer("incarnation"))
  }
}
