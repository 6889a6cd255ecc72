import WeirColumns

/// Whether a keyed operator can go on with the state of another one, and how.
struct KeyedComparison {
  /// Why it cannot; nil: it can.
  private(set) var reason: String?
  /// For each aggregate of the new state the one of the old that it goes on with.
  private(set) var carried: [Int?] = []
  /// What changes, in sentences.
  private(set) var changes: [String] = []
  /// True if aggregates come or go, or bytes are stored otherwise.
  private(set) var isMigrated = false

  init(_ old: StageOutline, _ new: StageOutline) {
    guard let before = old.state.flatMap({ StateShape($0) }),
      let now = new.state.flatMap({ StateShape($0) })
    else {
      reason = "its state was written in a form that this version does not know"
      return
    }
    reason = Self.difference(before, now)
    guard reason == nil else { return }
    carry(old.aggregates, new.aggregates, before, now)
    guard reason == nil else { return }
    if before.window.early != now.window.early {
      isMigrated = true
      changes.append(now.window.early ? "preliminary results begin" : "preliminary results end")
    }
  }

  /// The first thing that keeps keys and windows from being the same.
  private static func difference(_ old: StateShape, _ new: StateShape) -> String? {
    if old.format != new.format || old.keyHash != new.keyHash {
      return "its state was written in a form that this version does not know"
    }
    if old.keyGroups != new.keyGroups {
      return "'key_groups' was \(old.keyGroups) and is \(new.keyGroups)"
    }
    if old.key != new.key {
      return "its key was \(words(old.key)) and is \(words(new.key))"
    }
    if old.window.shape != new.window.shape {
      return "its window was \(words(old.window.shape)) and is \(words(new.window.shape))"
    }
    if old.window.allowedLateness != new.window.allowedLateness {
      let (before, now) = (old.window.allowedLateness, new.window.allowedLateness)
      return
        "'allowed_lateness' was \(DurationText.text(before)) and is \(DurationText.text(now)): "
        + "which windows are still there depends on it"
    }
    return nil
  }

  private static func words(_ key: [Field]) -> String {
    key.isEmpty ? "none" : key.map { "'\($0.name) \($0.type)'" }.joined(separator: ", ")
  }

  private static func words(_ shape: WindowSpec.Shape) -> String {
    func offset(_ value: Int64) -> String {
      value == 0 ? "" : " with an offset of \(DurationText.text(value))"
    }
    switch shape {
    case .tumbling(let size, let at): return "tumbling \(DurationText.text(size))\(offset(at))"
    case .sliding(let size, let every, let at):
      return "sliding \(DurationText.text(size)) every \(DurationText.text(every))\(offset(at))"
    case .session(let gap): return "a session of \(DurationText.text(gap))"
    case .running: return "none"
    }
  }

  /// Finds for each aggregate the one that adds up the same, whatever its name.
  private mutating func carry(
    _ old: AggregateOutline,
    _ new: AggregateOutline,
    _ before: StateShape,
    _ now: StateShape
  ) {
    guard old.calls.count == before.aggregates.count, new.calls.count == now.aggregates.count else {
      reason = "what its aggregates mean is not stored with its state"
      return
    }
    for (call, spec) in zip(new.calls, now.aggregates) {
      carried.append(
        old.calls.indices.first { place in
          old.calls[place] == call && before.aggregates[place].function == spec.function
            && before.aggregates[place].argumentType == spec.argumentType
        }
      )
    }
    // How many rows there are is known of every key and window.
    let isKnown = zip(carried, now.aggregates).map { $0 != nil || $1.isRowCount }
    for column in new.columns {
      let lost = column.calls.first { !isKnown[$0] }
      guard let known = old.columns.first(where: { $0.name == column.name }) else {
        let begins = lost == nil ? "what it is made of is known" : "it begins with no value"
        changes.append("aggregate '\(column.name)' added: \(begins)")
        continue
      }
      guard let lost else { continue }
      reason =
        known.text == column.text
        ? "aggregate '\(column.name)' has an argument of another type, "
          + (now.aggregates[lost].argumentType.map { "\($0)" } ?? "none")
        : "aggregate '\(column.name)' was '\(known.text)' and is '\(column.text)'"
      return
    }
    for column in old.columns where !new.columns.contains(where: { $0.name == column.name }) {
      changes.append("aggregate '\(column.name)' removed")
    }
    isMigrated = carried != old.calls.indices.map { $0 } && !changes.isEmpty
  }
}
