/// Columns of text under titles; what does not fit into a width is left out from the right.
struct TextTable {
  enum Alignment {
    case left
    case right
  }

  struct Title {
    var text: String
    var alignment: Alignment

    init(_ text: String, _ alignment: Alignment = .right) {
      self.text = text
      self.alignment = alignment
    }
  }

  struct Cell {
    var text: String
    var style: Style

    init(_ text: String, _ style: Style = .plain) {
      self.text = text
      self.style = style
    }
  }

  private let titles: [Title]
  private var rows: [[Cell]] = []

  private static let gap = 2

  init(_ titles: [Title]) { self.titles = titles }

  mutating func add(_ row: [Cell]) {
    precondition(row.count == titles.count, "\(row.count) cells under \(titles.count) titles")
    rows.append(row)
  }

  /// The lines, titles first; nil for a width that does not matter.
  func lines(width: Int?, isColored: Bool) -> [String] {
    let widths = titles.indices.map { column in
      rows.reduce(titles[column].text.count) { max($0, $1[column].text.count) }
    }
    let shown = shownColumns(widths, width ?? .max)
    let head = titles.map { Cell($0.text, .dim) }
    return ([head] + rows).map { row in line(row, widths, shown, isColored) }
  }

  private func shownColumns(_ widths: [Int], _ width: Int) -> Int {
    var used = 0
    for (column, own) in widths.enumerated() {
      used += own + (column == 0 ? 0 : Self.gap)
      if used > width { return max(column, 1) }
    }
    return widths.count
  }

  private func line(
    _ row: [Cell],
    _ widths: [Int],
    _ shown: Int,
    _ isColored: Bool
  ) -> String {
    var line = ""
    for column in 0..<shown {
      let cell = row[column]
      let space = String(repeating: " ", count: widths[column] - cell.text.count)
      let text = cell.style.applied(to: cell.text, isColored)
      if column > 0 { line += String(repeating: " ", count: Self.gap) }
      switch titles[column].alignment {
      case .left: line += column == shown - 1 ? text : text + space
      case .right: line += space + text
      }
    }
    return line
  }
}
