import Testing
import WeirColumns
import WeirExpressions

/// Text kernels read words past the end of rows: every length is tried beside every neighbour.
@Suite struct TextMatchTests {
  private func texts(_ texts: [String]) -> Fixture {
    Fixture([Field("s", .string)], texts.map { [Constant(text: $0)] })
  }

  /// All texts over two letters of at most four, and long ones that differ late.
  private let samples: [String] = {
    var all = [""]
    var last = [""]
    for _ in 0..<4 {
      last = last.flatMap { [$0 + "a", $0 + "b"] }
      all += last
    }
    for length in [7, 8, 9, 15, 16, 17, 31, 40] {
      let base = String(repeating: "a", count: length)
      all += [base, base.dropLast() + "b", "b" + base.dropFirst(), "a" + base]
    }
    return all
  }()

  @Test func `equality and order agree with the bytes for every pair`() throws {
    let fixture = texts(samples)
    for text in samples {
      let equal = try fixture.values("s = '\(text)'").map { $0.word == 1 }
      #expect(equal == samples.map { $0 == text }, "\(text)")
      let unequal = try fixture.values("'\(text)' <> s").map { $0.word == 1 }
      #expect(unequal == samples.map { $0 != text }, "\(text)")
      let less = try fixture.values("s < '\(text)'").map { $0.word == 1 }
      let wanted = samples.map { Array($0.utf8).lexicographicallyPrecedes(Array(text.utf8)) }
      #expect(less == wanted, "\(text)")
    }
  }

  @Test func `special cases of like agree with the plain ones`() throws {
    let fixture = texts(samples)
    for text in samples {
      let prefix = try fixture.values("s like '\(text)%'").map { $0.word == 1 }
      #expect(prefix == samples.map { $0.hasPrefix(text) }, "\(text)")
      let suffix = try fixture.values("s like '%\(text)'").map { $0.word == 1 }
      #expect(suffix == samples.map { $0.hasSuffix(text) }, "\(text)")
      let contains = try fixture.values("s like '%\(text)%'").map { $0.word == 1 }
      #expect(contains == samples.map { text.isEmpty || $0.contains(text) }, "\(text)")
    }
  }

  @Test func `a match never reaches over the end of a row`() throws {
    let fixture = texts(["xab", "c", "abc", "", "ab", "cab", "c"])
    let found = try fixture.values("s like '%abc%'").map { $0.word == 1 }
    #expect(found == [false, false, true, false, false, false, false])
  }

  @Test func `like agrees with a model for every short pattern`() throws {
    let letters: [Character] = ["a", "b", "%", "_"]
    var patterns: [String] = [""]
    var last = [""]
    for _ in 0..<4 {
      last = last.flatMap { text in letters.map { text + String($0) } }
      patterns += last
    }
    let subjects = samples.filter { $0.utf8.count <= 4 } + ["ä", "aäb", "€b"]
    let fixture = texts(subjects)
    for pattern in patterns {
      let wanted = subjects.map { Self.matches(Array($0.unicodeScalars), Array(pattern)[...]) }
      let found = try fixture.values("s like '\(pattern)'").map { $0.word == 1 }
      #expect(found == wanted, "\(pattern)")
    }
    let pairs = Fixture(
      [Field("s", .string), Field("p", .string)],
      patterns.map { [Constant(text: "abab"), Constant(text: $0)] }
    )
    let wanted = patterns.map { Self.matches(Array("abab".unicodeScalars), Array($0)[...]) }
    #expect(try pairs.values("s like p").map { $0.word == 1 } == wanted)
  }

  private static func matches(
    _ text: [Unicode.Scalar],
    _ pattern: ArraySlice<Character>
  ) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    if first == "%" {
      return (0...text.count).contains { matches(Array(text[$0...]), rest) }
    }
    guard let head = text.first, first == "_" || Character(head) == first else { return false }
    return matches(Array(text[1...]), rest)
  }

  @Test func `in finds each of few and of many`() throws {
    let fixture = texts(samples)
    for size in [1, 3, 20] {
      let chosen = Array(samples.prefix(size)) + ["not there", "a"]
      let list = chosen.map { "'\($0)'" }.joined(separator: ", ")
      let found = try fixture.values("s in (\(list))").map { $0.word == 1 }
      #expect(found == samples.map { chosen.contains($0) })
    }
    let numbers = Fixture([Field("x", .int)], (-20..<20).map { [Constant(.int, word: $0)] })
    for size in [1, 8, 9, 15] {
      let chosen = (0..<size).map { Int64($0 * 2 - 9) }
      let list = chosen.map(String.init).joined(separator: ", ")
      let found = try numbers.values("x in (\(list))").map { $0.word == 1 }
      #expect(found == (-20..<20).map { chosen.contains($0) })
    }
  }

  @Test func `ASCII and other text give the same, beside each other and alone`() throws {
    let mixed = ["abc", "", "Äbc", "x", "ß", "日本語", "z  "]
    for text in [
      "upper(s)", "lower(s)", "length(s)", "substring(s, 2)", "substring(s, 1, 2)",
      "trim(s)", "s || '-' || s", "replace(s, 'b', 'xyz')", "split_part(s, 'b', 1)",
    ] {
      let together = try texts(mixed).values(text)
      let alone = try mixed.flatMap { try texts([$0]).values(text) }
      #expect(together == alone, "\(text)")
    }
  }
}
