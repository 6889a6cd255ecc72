/// A value of the YAML text: what was written and where, nothing guessed of its type.
struct DocumentNode {
  indirect enum Content {
    case scalar(DocumentScalar)
    case list([DocumentNode])
    case map([DocumentEntry])
  }

  var content: Content
  /// Of a scalar all of it, of others where it begins.
  var location: SourceLocation

  /// What it is, for messages.
  var kind: String {
    switch content {
    case .scalar(let scalar): scalar.isAbsent ? "nothing" : "a single value"
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// True if nothing is written here.
  var isAbsent: Bool {
    if case .scalar(let scalar) = content { scalar.isAbsent } else { false }
  }
}

/// A key of a map and its value.
struct DocumentEntry {
  var key: DocumentScalar
  var value: DocumentNode
}

/// A scalar by its text.
struct DocumentScalar {
  var text: String
  /// Of the text, without quotes if it is written as it stands.
  var location: SourceLocation
  /// Not in quotes, and no block.
  var isPlain: Bool
  /// True if character n of the text stands at column + n of that line.
  var isVerbatim: Bool
  /// True if a comment follows it on its line.
  var isBeforeComment = false

  /// True if nothing is written.
  var isAbsent: Bool { isPlain && text.isEmpty }
}
