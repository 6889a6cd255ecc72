import Testing
import WeirColumns
import WeirExpressions

/// Casts and functions on text that work by words, against plain Swift.
@Suite struct FastTextTests {
  /// Texts that are numbers or nearly so; the row behind each begins with a digit.
  private static let numbers: [String] = {
    var texts = [
      "", "+", "-", ".", "-.5", "5.", "+5", "--5", "1e3", "1E-2", "0x1", " 1", "1 ", "1,5",
    ]
    texts += ["1.2.3", "12345678", "123456789", "1234567890123456", "12345678901234567"]
    texts += [
      "9223372036854775807", "9223372036854775808", "-9223372036854775808", "00000000000001",
    ]
    texts += [
      "123456.78", "1234567.89", "12345678.90", "0.00", "-0", "-0.0", "-0.01", "1.230", "1.239",
    ]
    texts += ["123456789012345678", "1234567890123456789", "0.123456789012345678", "1.5x", "x1.5"]
    texts += [
      "9007199254740993", "9007199254740992.5", "92233720368547758.07", "92233720368547758.08",
    ]
    texts += [
      "1:2", "1/2", "12345:78", "99999999", "100000000", "0.1", "17.99", "1.", "1.0000000000",
    ]
    return texts.flatMap { [$0, "7"] }
  }()

  private let fixture = Fixture(
    [Field("s", .string)],
    Self.numbers.map { [Constant(text: $0)] }
  )

  @Test func `text is an int if Swift says so`() throws {
    let found = try fixture.values("try_cast(s as int)")
    for (text, value) in zip(Self.numbers, found) {
      #expect((value.mark == .value ? value.word : nil) == Int64(text), "'\(text)'")
    }
  }

  @Test func `text is a float if it is a decimal number that Swift reads`() throws {
    let found = try fixture.values("try_cast(s as float)")
    let pattern = try Regex("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?")
    for (text, value) in zip(Self.numbers, found) {
      let wanted = try pattern.wholeMatch(in: text) == nil ? nil : Double(text)
      #expect(
        (value.mark == .value ? value.float.bitPattern : nil) == wanted?.bitPattern,
        "'\(text)'"
      )
    }
  }

  @Test(arguments: [0, 2, 9, 18])
  func `text is a decimal if its digits fit the scale`(scale: Int) throws {
    let found = try fixture.values("try_cast(s as decimal(\(scale)))")
    for (text, value) in zip(Self.numbers, found) {
      #expect((value.mark == .value ? value.word : nil) == decimal(text, scale), "'\(text)'")
    }
  }

  private func decimal(_ text: String, _ scale: Int) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count < 3, let first = parts.first, first.last?.isNumber == true else { return nil }
    var fraction = parts.count == 2 ? String(parts[1]) : ""
    guard parts.count == 1 || (scale > 0 && !fraction.isEmpty) else { return nil }
    guard fraction.allSatisfy(\.isNumber), Int64(first) != nil || first.count > 19 else {
      return nil
    }
    while fraction.count > scale {
      guard fraction.removeLast() == "0" else { return nil }
    }
    return Int64(first + fraction + String(repeating: "0", count: scale - fraction.count))
  }

  @Test func `replacing in all rows at once is replacing in each`() throws {
    let seed = SeededNumbers.seed(11)
    var numbers = SeededNumbers(seed)
    let rows = (0..<500).map { _ -> Constant in
      let count = Int.random(in: 0...40, using: &numbers)
      if count > 36 { return Constant(.string, mark: .null) }
      let letters = (0..<count).map { _ in "aabbc-".randomElement(using: &numbers) ?? "a" }
      return Constant(text: String(letters))
    }
    let fixture = Fixture([Field("s", .string)], rows.map { [$0] })
    let wanted = ["a", "aa", "ab", "aba", "-", "x", "abcabcabcabc", "c"]
    for needle in wanted {
      for replacement in ["", "z", "zz", "a long replacement of more than sixteen bytes"] {
        let found = try fixture.values("replace(s, '\(needle)', '\(replacement)')")
        for (row, value) in zip(rows, found) {
          guard row.mark == .value else {
            #expect(value == row)
            continue
          }
          #expect(value.text == replaced(row.text, needle, replacement), "seed \(seed)")
        }
      }
      for part in 1...3 {
        let found = try fixture.values("split_part(s, '\(needle)', \(part))")
        for (row, value) in zip(rows, found) where row.mark == .value {
          let parts = replaced(row.text, needle, "\n").split(
            separator: "\n",
            omittingEmptySubsequences: false
          )
          #expect(
            value.text == (part <= parts.count ? String(parts[part - 1]) : ""),
            "seed \(seed)"
          )
        }
      }
    }
  }

  /// By characters, from the left.
  private func replaced(_ text: String, _ needle: String, _ replacement: String) -> String {
    var rest = Substring(text)
    var result = ""
    while let first = rest.first {
      if rest.hasPrefix(needle) {
        result += replacement
        rest = rest.dropFirst(needle.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  @Test func `seconds since 1970 are rounded down, in any order`() throws {
    let second: Int64 = 1_000_000
    let turns: [Int64] = [0, 10_000, -10_000, 20_000, 1_767_220_000, 1_767_230_000, 99_990_000_000]
    let times = turns.flatMap { turn in
      [0, 1, -1, second - 1, second, -second, 9_999 * second + 7].map { turn * second + $0 }
    }
    let fixture = Fixture([Field("t", .timestamp)], times.map { [Constant(.timestamp, word: $0)] })
    let texts = try fixture.values("format_timestamp(t, '%s')").map(\.text)
    #expect(texts == times.map { "\(($0 - ($0 % second + second) % second) / second)" })
  }

  @Test func `formats show each time's own minute, in any order`() throws {
    let minute: Int64 = 60_000_000
    let times = [
      0, 1, -1, minute, minute - 1, 0, 59_999_999, -minute, 3_600_000_000, 7, -1_500_000,
    ]
    let fixture = Fixture([Field("t", .timestamp)], times.map { [Constant(.timestamp, word: $0)] })
    let text = try fixture.values("cast(t as string)").map(\.text)
    #expect(text == times.map { TimestampText.text($0) })
    let format = try fixture.values("format_timestamp(t, '%F %H:%M|%S|%L|%f|%T')").map(\.text)
    let parts = try fixture.values(
      """
      substring(cast(t as string), 1, 10) || ' ' || substring(cast(t as string), 12, 5) || '|'
      || substring(cast(t as string), 18, 2)
      """
    ).map(\.text)
    for (row, time) in times.enumerated() {
      let micros = String(((time % 1_000_000) + 1_000_000) % 1_000_000 + 1_000_000).dropFirst()
      let clock = text[row].dropFirst(11).prefix(8)
      #expect(format[row] == "\(parts[row])|\(micros.prefix(3))|\(micros)|\(clock)")
    }
    let epochs = try fixture.values("format_timestamp(t, '%s!')").map(\.text)
    #expect(epochs == times.map { "\(Int64((Double($0) / 1e6).rounded(.down)))!" })
  }
}
