import Testing
import WeirTesting

/// What the design asks of our own sources, and the compiler does not check.
@Suite struct TidyTests {
  /// What each inner target may import; all else is the edge's.
  private static let inner: [(target: String, imports: [String])] = [
    ("WeirColumns", ["Glibc"]),
    ("WeirExpressions", ["Glibc", "WeirColumns"]),
    ("WeirFormats", ["Glibc", "WeirColumns"]),
    ("WeirCore", ["Glibc", "WeirColumns", "WeirExpressions", "DequeModule"]),
    (
      "WeirTopology",
      ["Glibc", "WeirColumns", "WeirExpressions", "WeirFormats", "WeirCore", "Yams"]
    ),
    ("WeirWire", ["Glibc", "WeirColumns", "WeirCore", "CChecksum"]),
    ("WeirRuntime", ["WeirColumns", "WeirCore", "WeirWire"]),
  ]

  private static let edge = ["WeirPOSIX", "WeirZeroMQ", "WeirLZ4"]

  /// Clocks, chance, tasks, input and output.
  private static let forbiddenWords = [
    "clock_gettime", "gettimeofday", "ContinuousClock", "SuspendingClock", "Task {", "Task.",
    "async let", ".random(", ".randomElement(", ".shuffled(", "SystemRandomNumberGenerator",
    "Dispatch", "Thread", " print(", " fopen(", " getenv(", " open(\"", "Date()",
  ]

  @Test(arguments: inner.map(\.target))
  func `an inner target imports what lies below it, and touches nothing outside`(
    _ target: String
  ) {
    let allowed = Self.inner.first { $0.target == target }?.imports ?? []
    let files = SourceTree.files(below: "Sources/\(target)")
    #expect(!files.isEmpty)
    for file in files {
      let others = file.imports.filter { !allowed.contains($0) }
      #expect(others == [], "\(file.path)")
      for (number, line) in file.lines.enumerated() {
        let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let words = Self.forbiddenWords.filter { code.contains($0) }
        #expect(words == [], "\(file.path):\(number + 1)")
      }
    }
  }

  @Test func `targets of the edge do not see each other`() {
    for target in Self.edge {
      for file in SourceTree.files(below: "Sources/\(target)") {
        let others = file.imports.filter { Self.edge.contains($0) || $0 == "Weir" }
        #expect(others == [], "\(file.path)")
      }
    }
  }

  @Test func `no file is longer than 500 lines, none puts work off`() {
    let word = "TO" + "DO"
    for file in SourceTree.files(below: "Sources") + SourceTree.files(below: "Tests") {
      #expect(
        file.lines.count <= 500,
        "\(file.path) has \(file.lines.count) lines"
      )
      for (number, line) in file.lines.enumerated() {
        #expect(!line.contains(word), "\(file.path):\(number + 1)")
      }
    }
  }
}
