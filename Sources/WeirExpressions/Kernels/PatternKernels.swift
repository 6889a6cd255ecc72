import WeirColumns

/// Regular expressions: Swift's own, matched by Unicode scalar, a row at a time.
///
/// The dialect is that of Swift's `Regex` (PCRE-like). A pattern is compiled when an evaluator is
/// made. This is some hundred times slower than other kernels.
enum PatternKernels {
  typealias Pattern = Regex<AnyRegexOutput>

  /// Compiles a pattern; nil if it is none.
  static func compile(_ pattern: String) -> Pattern? {
    (try? Regex(pattern))?.matchingSemantics(.unicodeScalar)
  }

  /// How many groups a pattern has; group 0, the whole match, does not count.
  static func groupCount(_ pattern: String) -> Int {
    // Swift's Regex tells the groups of a match only: one of the pattern or nothing always matches.
    let optional = (try? Regex("(?:\(pattern))|")).flatMap { try? $0.firstMatch(in: "") }
    return max(0, (optional?.output.count ?? 1) - 1)
  }

  static func matches(_ pattern: Pattern, _ input: Column, _ count: Int, _ output: Column) {
    let texts = TextLane(Lane(column: input, isConstant: false))
    let flags = output.flags
    for row in 0..<count {
      if output.hasMarks, output.marks[row] != 0 { continue }
      let text = String(decoding: texts[row], as: UTF8.self)
      do {
        flags[row] = try pattern.firstMatch(in: text) != nil ? 1 : 0
      } catch {
        failValue(row, .invalidArgument, count, output)
      }
    }
  }

  /// The text of a group of the first match; null where there is none.
  static func extract(
    _ pattern: Pattern,
    _ group: Int,
    _ input: Column,
    _ count: Int,
    _ output: Column
  ) {
    let texts = TextLane(Lane(column: input, isConstant: false))
    TextKernels.write(count, 0, output) { row, writer in
      let text = String(decoding: texts[row], as: UTF8.self)
      do {
        guard let match = try pattern.firstMatch(in: text),
          let found = match.output[group].substring
        else { return .null }
        writer.append(copying: Array(found.utf8))
        return .value
      } catch {
        return .invalidArgument
      }
    }
  }
}
