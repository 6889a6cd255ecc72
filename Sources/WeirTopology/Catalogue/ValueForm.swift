/// What may stand behind a key.
package indirect enum ValueForm: Hashable, Sendable {
  /// Any text.
  case text
  /// The name of a run or a stage.
  case name
  /// A stage or a port of one, or a list of them.
  case streams
  /// The name of a column.
  case column
  /// A column or a list of columns.
  case columns
  case expression
  /// New columns and their expressions.
  case expressions
  /// A list of columns, or new columns and their expressions.
  case selection
  case boolean
  case integer(ClosedRange<Int>)
  case number(NumberRange)
  /// Two numbers, the lower first.
  case interval
  /// Two durations, the shorter first.
  case durations
  /// At least so many microseconds.
  case duration(atLeast: Int64)
  /// An instant as RFC 3339 text.
  case time
  /// One of these words.
  case word([String])
  case columnType
  /// Texts and their weights.
  case weights
  case path
  /// A map of the catalogue.
  case map(MapName)
  /// A map of the catalogue, or the single word.
  case mapOrWord(MapName, String)
  /// A map of the catalogue under each name that the user chooses.
  case named(MapName)
  /// A type or a map of the catalogue under each name that the user chooses.
  case typedNames(MapName)
  /// Nothing, or an empty map.
  case nothing
  /// Of a later version.
  case later
}

/// The numbers that a place takes.
package struct NumberRange: Hashable, Sendable {
  package var least: Double
  package var greatest: Double
  /// Whether `least` itself is refused.
  package var isAbove: Bool

  static let any = NumberRange(
    least: -1e15,
    greatest: 1e15,
    isAbove: false
  )
  static let positive = NumberRange(least: 0, greatest: 1e12, isAbove: true)
  static let fraction = NumberRange(least: 0, greatest: 1, isAbove: false)
  static func atLeast(_ least: Double) -> NumberRange {
    NumberRange(least: least, greatest: 1e12, isAbove: false)
  }

  func contains(_ number: Double) -> Bool {
    number <= greatest && (isAbove ? number > least : number >= least)
  }
}

/// The maps of the language.
package enum MapName: String, Hashable, Sendable, CaseIterable {
  case topology
  case checkpoints
  case batch
  case restarts
  case source
  case fileSource = "file source"
  case generate
  case generatedColumn = "generated column"
  case normal
  case lognormal
  case clock
  case late
  case csv
  case field
  case watermark
  case `operator`
  case window
  case sink
  case fileSink = "file sink"
}
