/// One key of a map: all that checks, editors and the reference need to know of it.
package struct LanguageEntry: Hashable, Sendable {
  package var key: String
  package var form: ValueForm
  /// One sentence.
  package var summary: String
  /// As it would be written; nil: there is none.
  package var standard: String?
  /// A value as it would be written.
  package var example: String?
  package var isRequired: Bool

  /// True for a word of a later version: known, and refused with that reason.
  package var isLater: Bool { form == .later }

  init(
    _ key: String,
    _ form: ValueForm,
    _ summary: String,
    standard: String? = nil,
    example: String? = nil,
    isRequired: Bool = false
  ) {
    self.key = key
    self.form = form
    self.summary = summary
    self.standard = standard
    self.example = example
    self.isRequired = isRequired
  }

  /// A word of a later version.
  static func later(_ key: String, _ summary: String) -> LanguageEntry {
    LanguageEntry(key, .later, summary)
  }
}

/// A map of the language and its keys, in the order in which the reference lists them.
package struct LanguageMap: Hashable, Sendable {
  package var name: MapName
  /// Where it stands, as a heading.
  package var title: String
  package var summary: String
  package var entries: [LanguageEntry]
  /// True if exactly one of the connectors must stand in it.
  package var connectors: [String] = []

  package func entry(_ key: String) -> LanguageEntry? { entries.first { $0.key == key } }
}
