import WeirCore

/// Control messages as small JSON texts, one object each.
///
///     {"weir":1,"kind":"ping","number":7}
///
/// `weir` is the version of the sender. Fields that are unknown are ignored, so a later version may
/// add some; a kind that is unknown is an error that names it and the version.
package enum ControlCodec {
  /// The version that messages carry.
  package static let version = InstanceMessage.version

  /// The message as it is sent.
  package static func encode(_ message: CoordinatorMessage) -> [UInt8] {
    switch message {
    case .assign(let assignment): encode("assign", ("assignment", assignment.json))
    case .rewind(let rewind): encode("rewind", ("rewind", rewind.json))
    case .reshape(let order): encode("reshape", ("order", order.json))
    case .inherit(let round, let snapshot):
      encode("inherit", ("round", .number(round.number)), ("snapshot", snapshot.json))
    case .go(let round): encode("go", ("round", .number(round.number)))
    case .checkpoint(let epoch, let isLast):
      encode("checkpoint", ("epoch", .number(epoch.number)), ("is_last", .bool(isLast)))
    case .abort(let epoch): encode("abort", ("epoch", .number(epoch.number)))
    case .commit(let epoch, let outputs):
      encode(
        "commit",
        ("epoch", .number(epoch.number)),
        ("outputs", .list(outputs.map(\.json)))
      )
    case .drain: encode("drain")
    case .relax: encode("relax")
    case .leave: encode("leave")
    case .ping(let number): encode("ping", ("number", .number(number)))
    }
  }

  /// The message as it is sent.
  package static func encode(_ message: InstanceMessage) -> [UInt8] {
    switch message {
    case .hello(let version): encode("hello", ("version", .number(version)))
    case .bound(let endpoint): encode("bound", ("endpoint", .text(endpoint)))
    case .rewound(let round): encode("rewound", ("round", .number(round.number)))
    case .reshaped(let round): encode("reshaped", ("round", .number(round.number)))
    case .joined(let round, let cost):
      encode("joined", ("round", .number(round.number)), ("cost", cost.json))
    case .stateUnusable(let round, let error):
      encode("state_unusable", ("round", .number(round.number)), ("error", error.json))
    case .reached(let round, let step):
      encode("reached", ("round", .number(round.number)), ("step", step.json))
    case .lost(let error): encode("lost", ("error", error.json))
    case .snapshotted(let snapshot): encode("snapshotted", ("snapshot", snapshot.json))
    case .snapshotFailed(let epoch, let step, let error):
      encode(
        "snapshot_failed",
        ("epoch", .number(epoch.number)),
        ("step", .text(step.rawValue)),
        ("error", error.json)
      )
    case .committed(let epoch): encode("committed", ("epoch", .number(epoch.number)))
    case .progress(let progress): encode("progress", ("progress", progress.json))
    case .finished(let progress): encode("finished", ("progress", progress.json))
    case .failed(let error): encode("failed", ("error", error.json))
    case .readerGone: encode("reader_gone")
    case .warned(let error): encode("warned", ("error", error.json))
    case .pong(let number, let progress):
      encode("pong", ("number", .number(number)), ("epoch", progress?.json ?? .null))
    }
  }

  private static func encode(_ kind: String, _ fields: (String, JSONValue)...) -> [UInt8] {
    var members = [
      JSONMember(name: "weir", value: .number(version)),
      JSONMember(name: "kind", value: .text(kind)),
    ]
    for field in fields { members.append(JSONMember(name: field.0, value: field.1)) }
    return JSONValue.object(members).bytes
  }

  /// Reads what a coordinator sent; throws E310 if it is damaged, E311 if its kind is unknown.
  package static func coordinatorMessage(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WeirError) -> CoordinatorMessage {
    let message = try envelope(bytes)
    switch message.subject {
    case "assign": return .assign(try Assignment(message.fields("assignment")))
    case "rewind": return .rewind(try Rewind(message.fields("rewind")))
    case "reshape": return .reshape(try Reshape(message.fields("order")))
    case "inherit":
      return .inherit(
        Round(try message.integer("round")),
        try InstanceSnapshot(message.fields("snapshot"))
      )
    case "go": return .go(Round(try message.integer("round")))
    case "checkpoint":
      return .checkpoint(try message.epoch("epoch"), isLast: try message.truth("is_last"))
    case "abort": return .abort(try message.epoch("epoch"))
    case "commit":
      return .commit(try message.epoch("epoch"), try message.values("outputs", PreparedOutput.init))
    case "drain": return .drain
    case "relax": return .relax
    case "leave": return .leave
    case "ping": return .ping(try message.integer("number"))
    default: throw try unknown(message)
    }
  }

  /// Reads what an instance sent; throws E310 if it is damaged, E311 if its kind is unknown.
  package static func instanceMessage(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WeirError) -> InstanceMessage {
    let message = try envelope(bytes)
    switch message.subject {
    case "hello": return .hello(version: try message.integer("version"))
    case "bound": return .bound(endpoint: try message.text("endpoint"))
    case "rewound": return .rewound(Round(try message.integer("round")))
    case "reshaped": return .reshaped(Round(try message.integer("round")))
    case "joined":
      return .joined(Round(try message.integer("round")), try HandOver(message.fields("cost")))
    case "state_unusable":
      return .stateUnusable(
        Round(try message.integer("round")),
        try WeirError(message.fields("error"))
      )
    case "reached":
      return .reached(
        Round(try message.integer("round")),
        try RecoveryStep(message.fields("step"))
      )
    case "lost": return .lost(try WeirError(message.fields("error")))
    case "snapshotted": return .snapshotted(try InstanceSnapshot(message.fields("snapshot")))
    case "snapshot_failed":
      return .snapshotFailed(
        try message.epoch("epoch"),
        try message.word("step"),
        try WeirError(message.fields("error"))
      )
    case "committed": return .committed(try message.epoch("epoch"))
    case "progress": return .progress(try InstanceProgress(message.fields("progress")))
    case "finished": return .finished(try InstanceProgress(message.fields("progress")))
    case "failed": return .failed(try WeirError(message.fields("error")))
    case "reader_gone": return .readerGone
    case "warned": return .warned(try WeirError(message.fields("error")))
    case "pong":
      return .pong(
        try message.integer("number"),
        message.optional("epoch") == nil ? nil : try EpochProgress(message.fields("epoch"))
      )
    default: throw try unknown(message)
    }
  }

  /// The fields of a message, with its kind as their subject.
  private static func envelope(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WeirError) -> ControlFields {
    guard bytes.count <= WireLimits.controlMessage else {
      let limit = WireLimits.controlMessage
      throw ControlFields.damaged("", "\(bytes.count) bytes are over the limit of \(limit)")
    }
    let value: JSONValue
    do throws(JSONReader.Fault) {
      value = try JSONReader.value(bytes)
    } catch {
      throw ControlFields.damaged("", "expected \(error.expected) at byte \(error.offset)")
    }
    let kind = try ControlFields(value, of: "").text("kind")
    return try ControlFields(value, of: kind)
  }

  private static func unknown(_ message: ControlFields) throws(WeirError) -> WeirError {
    let sender: Int = try message.integer("weir")
    return WeirError(
      "E311",
      "reading control message '\(message.subject)'",
      detail: "the kind is unknown; version \(sender) sent it, this program speaks \(version)",
      hint: "run all processes from the same version of weir",
      blame: .user
    )
  }
}
