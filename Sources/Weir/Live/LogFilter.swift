/// Which lines of a log are about a stage, or about one of its instances.
struct LogFilter {
  private let wanted: String?

  /// A stage such as `declines`, an instance such as `declines/0`; nil: all lines.
  init(_ wanted: String?) { self.wanted = wanted }

  /// True for a line that names it: as a value, as `stage/index`, or in quotes.
  func passes(_ line: Substring) -> Bool {
    guard let wanted else { return true }
    var rest = line
    while let found = rest.firstRange(of: wanted) {
      let before =
        found.lowerBound > line.startIndex ? line[line.index(before: found.lowerBound)] : " "
      if isWhole(line[found.upperBound...], before) { return true }
      rest = rest[found.upperBound...]
    }
    return false
  }

  /// A word in running text that only looks like the name of a stage does not count.
  private func isWhole(_ after: Substring, _ before: Character) -> Bool {
    guard "='\" ".contains(before) else { return false }
    if after.first == "/", after.dropFirst().first?.isNumber == true { return true }
    guard after.first.map({ "'\" ,:\n".contains($0) }) ?? true else { return false }
    return before != " " || wanted?.contains("/") == true
  }
}
