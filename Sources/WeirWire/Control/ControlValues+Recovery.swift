import WeirCore

// What an instance tells of its way back, field by field: the names are the format.

extension RecoveryStep {
  var json: JSONValue {
    switch self {
    case .restored(let bytes):
      .object(["reached": .text("restored"), "bytes": .number(bytes)])
    case .rows(let instant, let before):
      .object([
        "reached": .text("rows"), "at": .number(instant.nanoseconds),
        "before": before.map { .number($0.nanoseconds) } ?? .null,
      ])
    case .caughtUp(let replayed):
      .object([
        "reached": .text("caught_up"), "replayed": replayed.map { .number($0) } ?? .null,
      ])
    }
  }

  init(_ fields: ControlFields) throws(WeirError) {
    switch try fields.text("reached") {
    case "restored": self = .restored(bytes: try fields.integer("bytes"))
    case "rows":
      self = .rows(
        at: Instant(nanoseconds: try fields.integer("at")),
        before: try fields.optionalInteger("before").map { Instant(nanoseconds: $0) }
      )
    case "caught_up": self = .caughtUp(replayed: try fields.optionalInteger("replayed"))
    case let step:
      throw ControlFields.damaged(
        fields.subject,
        "field 'reached' is '\(step)', which is unknown"
      )
    }
  }
}
