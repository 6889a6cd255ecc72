import WeirColumns

/// What a state is the state of, in words: a snapshot carries it, and is restored only into the same.
package struct StateDescription: Hashable, Sendable {
  /// One thing that is said, such as `key` of `card string`.
  package struct Entry: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The layout of sections; see `SectionBytes`, `ByteArena.Head` and the heads of operators.
  package static let formatVersion = 2

  package var entries: [Entry]

  package init(_ entries: [Entry]) { self.entries = entries }

  /// Describes the state of a keyed operator over that input.
  init(
    stage: String,
    _ spec: WindowSpec,
    _ aggregates: [AggregateSpec],
    keyColumns: [Int],
    input: Schema,
    keyGroups: Int
  ) {
    var entries = [
      Entry("format", "\(Self.formatVersion)"), Entry("stage", stage),
      Entry("clause", spec.shape == .running ? "running" : "window"),
      Entry("window", spec.text), Entry("key groups", "\(keyGroups)"),
      Entry("key hash", "\(KeyHash.version)"),
    ]
    for column in keyColumns {
      entries.append(Entry("key", input.fields[column].text))
    }
    for aggregate in aggregates {
      entries.append(Entry("aggregate", aggregate.text(input)))
    }
    self.entries = entries
  }

  /// Of the text that `text` gives; nil if it is none.
  package init?(text: String) {
    entries = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      guard let end = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: end)...].drop { $0 == " " }
      entries.append(Entry(String(line[..<end]), String(value)))
    }
  }

  /// A line for each entry; line ends within values become spaces.
  package var text: String {
    var text = ""
    for entry in entries {
      text += entry.name + ": " + entry.value.split(separator: "\n").joined(separator: " ") + "\n"
    }
    return text
  }

  /// The first thing in which a snapshot's description differs from this one, nil if none does.
  package func difference(from stored: StateDescription) -> String? {
    for place in 0..<max(entries.count, stored.entries.count) {
      let here = place < entries.count ? entries[place] : nil
      let there = place < stored.entries.count ? stored.entries[place] : nil
      if here == there { continue }
      if let here, let there, here.name == there.name {
        return "\(here.name) is '\(there.value)' in the snapshot and '\(here.value)' here"
      }
      if let there { return "\(there.name) '\(there.value)' is in the snapshot and not here" }
      if let here { return "\(here.name) '\(here.value)' is not in the snapshot" }
    }
    return nil
  }

  /// A number that differs when descriptions do.
  package var fingerprint: UInt64 { Fingerprint.of(text) }
}

extension Field {
  fileprivate var text: String { "\(name) \(type)" }
}

extension WindowSpec {
  fileprivate var text: String {
    let lateness = allowedLateness > 0 ? ", \(allowedLateness) late" : ""
    return shapeText + lateness + (early ? ", early" : "")
  }

  private var shapeText: String {
    switch shape {
    case .tumbling(let size, let offset): "tumbling \(size), offset \(offset)"
    case .sliding(let size, let every, let offset):
      "sliding \(size) every \(every), offset \(offset)"
    case .session(let gap): "session \(gap)"
    case .running: "none"
    }
  }
}

extension AggregateSpec {
  fileprivate func text(_ input: Schema) -> String {
    let argument = argument.map { input.fields[$0].text } ?? ""
    let filter = filter.map { " where \(input.fields[$0].name)" } ?? ""
    return "\(name) = \(function.rawValue)(\(argument))\(filter)"
  }
}
