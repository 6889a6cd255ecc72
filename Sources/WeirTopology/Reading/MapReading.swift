/// A map of the file whose keys have been checked against the catalogue.
struct MapReading {
  let shape: LanguageMap
  /// What it belongs to, for messages, such as `source 'payments'`.
  let subject: String
  let location: SourceLocation
  private let entries: [DocumentEntry]

  init(shape: LanguageMap, subject: String, location: SourceLocation, entries: [DocumentEntry]) {
    self.shape = shape
    self.subject = subject
    self.location = location
    self.entries = entries
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
