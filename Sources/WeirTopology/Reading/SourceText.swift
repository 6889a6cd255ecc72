/// The text of a topology file, line by line, as columns count: in Unicode scalars.
///
/// A byte order mark is dropped, and CRLF and CR are read as LF, so that marks of the YAML parser,
/// locations and the lines shown agree whatever the file came from.
package struct SourceText: Sendable {
  /// What is parsed.
  package let text: String
  private let lines: [[Unicode.Scalar]]

  package init(_ raw: String) {
    var text = String.UnicodeScalarView()
    var lines: [[Unicode.Scalar]] = [[]]
    var previous: Unicode.Scalar = " "
    for (index, scalar) in raw.unicodeScalars.enumerated() {
      defer { previous = scalar }
      if index == 0, scalar == "\u{FEFF}" { continue }
      if scalar == "\n", previous == "\r" { continue }
      let kept = scalar == "\r" ? "\n" : scalar
      text.append(kept)
      if Self.isLineBreak(kept) {
        lines.append([])
      } else {
        lines[lines.count - 1].append(kept)
      }
    }
    self.text = String(text)
    self.lines = lines
  }

  /// Line `number`, from 1; empty beyond the end.
  package func line(_ number: Int) -> [Unicode.Scalar] {
    number >= 1 && number <= lines.count ? lines[number - 1] : []
  }

  package var lineCount: Int { lines.count }

  /// The rest of a line from `column`, from 1.
  func rest(line number: Int, column: Int) -> ArraySlice<Unicode.Scalar> {
    line(number).dropFirst(max(column - 1, 0))
  }

  /// Whether the YAML parser begins a new line behind this scalar.
  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }
}
