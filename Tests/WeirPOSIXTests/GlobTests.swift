import Glibc
import Testing
import WeirPOSIX
import WeirTesting

@Suite struct GlobTests {
  private let folder = TemporaryFolder()

  init() throws {
    let names = [
      "a1.jsonl", "a2.jsonl", "b1.jsonl", "a[1].jsonl", "ä1.jsonl", ".a3.jsonl", "x.csv",
      "day/1/p.jsonl", "day/2/p.jsonl", "day/2/deep/p.jsonl", "day/.hidden/p.jsonl", "star*.txt",
    ]
    for name in names { try folder.file(name) }
  }

  @Test(arguments: [
    ("*.jsonl", ["a1.jsonl", "a2.jsonl", "a[1].jsonl", "b1.jsonl", "ä1.jsonl"]),
    ("a?.jsonl", ["a1.jsonl", "a2.jsonl"]),
    ("?1.jsonl", ["a1.jsonl", "b1.jsonl", "ä1.jsonl"]),
    ("[a-c]1*", ["a1.jsonl", "b1.jsonl"]),
    ("[!a]?.jsonl", ["b1.jsonl", "ä1.jsonl"]),
    ("a[2x]*", ["a2.jsonl"]),
    ("a\\[1\\].jsonl", ["a[1].jsonl"]),
    ("star\\**", ["star*.txt"]),
    (".a*", [".a3.jsonl"]),
    ("x.csv", ["x.csv"]),
    ("none*", []),
    ("none/*.jsonl", []),
    ("x.csv/*", []),
    ("day", []),
    ("d*", []),
    ("day/*/p.jsonl", ["day/1/p.jsonl", "day/2/p.jsonl"]),
    ("day/**", ["day/1/p.jsonl", "day/2/deep/p.jsonl", "day/2/p.jsonl"]),
    ("**/deep/*", ["day/2/deep/p.jsonl"]),
    ("**/**/p.jsonl", ["day/1/p.jsonl", "day/2/deep/p.jsonl", "day/2/p.jsonl"]),
    ("day/**/p.jsonl", ["day/1/p.jsonl", "day/2/deep/p.jsonl", "day/2/p.jsonl"]),
    ("*a*1*l", ["a1.jsonl", "a[1].jsonl"]),
    ("a[1.jsonl", []),
  ])
  func `a pattern finds its files, sorted`(pattern: String, expected: [String]) throws {
    let found = try Glob("\(folder.path)/\(pattern)").paths()
    #expect(found == expected.map { "\(folder.path)/\($0)" })
  }

  @Test func `a link to the folder above does not make a circle`() throws {
    #expect(symlink("..", "\(folder.path)/day/up") == 0)
    let found = try Glob("\(folder.path)/**/x.csv").paths()
    #expect(found == ["\(folder.path)/x.csv"])
  }

  @Test func `a name that is not text is an error, not a file passed over`() throws {
    let descriptor = open("\(folder.path)/bad\u{1}", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    close(descriptor)
    let bytes: [CChar] = Array("\(folder.path)/bad".utf8CString.dropLast()) + [-1, 0]
    #expect(rename("\(folder.path)/bad\u{1}", bytes) == 0)
    #expect(throws: (any Error).self) { try Glob("\(folder.path)/*").paths() }
    #expect(unlink(bytes) == 0)
  }

  @Test func `a plain path is no pattern`() {
    #expect(
      ["a.csv", "a\\*", "a*", "a?", "[a]"].map { Glob($0).isPattern } == [
        false, false, true, true, true,
      ]
    )
  }
}
