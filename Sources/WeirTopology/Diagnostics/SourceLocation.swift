/// A place in a topology file: lines and columns from 1, columns and lengths in characters.
package struct SourceLocation: Hashable, Sendable, Codable {
  package var line: Int
  package var column: Int
  /// How many characters are meant; at least 1.
  package var length: Int

  package init(line: Int, column: Int, length: Int = 1) {
    self.line = line
    self.column = column
    self.length = max(length, 1)
  }

  /// The whole file: for faults of what is missing.
  package static let start = SourceLocation(line: 1, column: 1)
}

/// A value and where it stands in the file.
package struct Located<Value: Sendable>: Sendable {
  package var value: Value
  package var location: SourceLocation

  package init(_ value: Value, at location: SourceLocation) {
    self.value = value
    self.location = location
  }
}
