/// A map of the file whose keys have been checked against the catalogue.
struct MapReading {
  let shape: LanguageMap
  /// What it belongs to, for messages, such as `source 'payments'`.
  let subject: String
  let location: SourceLocation
  private let entries: [DocumentEntry]
  /// True if a word of a later version stands in it, which was reported.
  let hasLaterKeys: Bool

  /// `entries` are all that is written; what is unknown or later is left out.
  init(
    shape: LanguageMap,
    subject: String,
    location: SourceLocation,
    entries: [DocumentEntry]
  ) {
    self.shape = shape
    self.subject = subject
    self.location = location
    self.entries = entries.filter { shape.entry($0.key.text)?.isLater == false }
    hasLaterKeys = entries.contains { shape.entry($0.key.text)?.isLater == true }
  }

  /// The entry of a key of the catalogue, if it is written.
  subscript(key: String) -> DocumentEntry? {
    precondition(shape.entry(key) != nil, "'\(key)' is no key of '\(shape.name)'")
    return entries.first { $0.key.text == key }
  }

  func has(_ key: String) -> Bool { self[key] != nil }

  /// What the catalogue says of a key.
  func form(_ key: String) -> ValueForm {
    guard let entry = shape.entry(key) else {
      preconditionFailure("'\(key)' is no key of '\(shape.name)'")
    }
    return entry.form
  }
}
