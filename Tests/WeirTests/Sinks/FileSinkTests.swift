import Foundation
import Testing
import WeirCore
import WeirPOSIX
import WeirTesting

@testable import Weir

struct FileSinkTests {
  @Test func `an epoch is hidden until it is committed, and is then a part of its own`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink(4)
    try sink.write("a")
    #expect(try fixture.folder.names(in: "out") == [".weir-harbor.alerts-1-4"])
    let first = try sink.prepare(1)
    try sink.write("b")
    let second = try sink.prepare(2)
    #expect(
      try fixture.files() == [".weir-harbor.alerts-1-4": "a\n", ".weir-harbor.alerts-2-4": "b\n"]
    )
    try sink.commit(1, first)
    try sink.commit(2, second)
    #expect(
      try fixture.files()
        == ["alerts-0000000001-0.jsonl": "a\n", "alerts-0000000002-0.jsonl": "b\n"]
    )
  }

  @Test func `what was prepared says all that a commit needs`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink(4)
    try sink.write("123456789")
    try sink.write("x")
    let output = try #require(try sink.prepare(7).first)
    #expect(output.epoch == Epoch(7))
    let part = try PreparedPart(output.text)
    #expect(part.hidden == ".weir-harbor.alerts-7-4")
    #expect(part.final == "alerts-0000000007-0.jsonl")
    #expect(part.length == 12)
    #expect(part.rows == 2)
    #expect(part.text == output.text)
    for end in output.text.indices {
      #expect(
        code { () throws(WeirError) in _ = try PreparedPart(String(output.text[..<end])) } == "E430"
      )
    }
    #expect(code { () throws(WeirError) in _ = try PreparedPart(output.text + " ") } == "E430")
    #expect(try fixture.folder.names(in: "out") == [part.hidden])
  }

  @Test func `names of parts lead nowhere else`() {
    let text = PreparedPart(hidden: "h", final: "../f", length: 1, rows: 1, checksum: 1).text
    #expect(code { () throws(WeirError) in _ = try PreparedPart(text) } == "E430")
  }

  @Test func `an epoch without rows leaves no part`() throws {
    let fixture = SinkFixture(header: "h\n")
    let sink = try fixture.sink()
    #expect(try sink.prepare(1).isEmpty)
    try sink.commit(1, [])
    #expect(try fixture.files().isEmpty)
  }

  @Test func `each part begins with the header`() throws {
    let fixture = SinkFixture(header: "name\n")
    let sink = try fixture.sink()
    for epoch in UInt64(1)...2 {
      try sink.write("a")
      try sink.commit(epoch, try sink.prepare(epoch))
    }
    #expect(try fixture.files().values.sorted() == ["name\na\n", "name\na\n"])
  }

  @Test func `a commit can be repeated, by another incarnation too`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write("a")
    let outputs = try sink.prepare(1)
    try sink.commit(1, outputs)
    try sink.commit(1, outputs)
    try fixture.sink(2, at: 1, keeping: outputs).commit(1, outputs)
    #expect(try fixture.files() == ["alerts-0000000001-0.jsonl": "a\n"])
  }

  @Test func `a commit goes on where another has died between two parts`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write("a")
    let first = try sink.prepare(1)
    try sink.write("b")
    let both = first + (try sink.prepare(2))
    try sink.commit(1, first)
    try fixture.sink(2, at: 2, keeping: both).commit(2, both)
    #expect(
      try fixture.files()
        == ["alerts-0000000001-0.jsonl": "a\n", "alerts-0000000002-0.jsonl": "b\n"]
    )
  }

  @Test func `a commit whose renaming was cut in two is finished`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write("a")
    let outputs = try sink.prepare(1)
    let out = "\(fixture.folder.path)/out"
    try FileManager.default.linkItem(
      atPath: "\(out)/.weir-harbor.alerts-1-1",
      toPath: "\(out)/alerts-0000000001-0.jsonl"
    )
    try sink.commit(1, outputs)
    #expect(try fixture.files() == ["alerts-0000000001-0.jsonl": "a\n"])
  }

  // MARK: Strangers

  @Test func `a prepared part that has gone is an error, not a loss`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write("a")
    let outputs = try sink.prepare(1)
    try fixture.folder.remove("out/.weir-harbor.alerts-1-1")
    #expect(code { () throws(WeirError) in try sink.commit(1, outputs) } == "E432")
  }

  @Test func `a stranger with the final name is left alone`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write("a")
    let outputs = try sink.prepare(1)
    try fixture.folder.write("out/alerts-0000000001-0.jsonl", "stranger\n")
    #expect(code { () throws(WeirError) in try sink.commit(1, outputs) } == "E106")
    try fixture.folder.remove("out/.weir-harbor.alerts-1-1")
    #expect(code { () throws(WeirError) in try sink.commit(1, outputs) } == "E431")
    #expect(try fixture.files() == ["alerts-0000000001-0.jsonl": "stranger\n"])
  }

  @Test(arguments: ["", "b\n", "a\na\n"])
  func `a part that was changed does not become visible`(_ text: String) throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write("a")
    let outputs = try sink.prepare(1)
    try fixture.folder.write("out/.weir-harbor.alerts-1-1", text)
    #expect(code { () throws(WeirError) in try sink.commit(1, outputs) } == "E431")
    #expect(try fixture.folder.names(in: "out") == [".weir-harbor.alerts-1-1"])
  }

  @Test func `what does not read back as it was written is not prepared`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write(String(repeating: "a", count: FileWriter.bufferByteCount + 1))
    try fixture.folder.write("out/.weir-harbor.alerts-1-1", "b")
    #expect(code { () throws(WeirError) in _ = try sink.prepare(1) } == "E431")
    #expect(code { () throws(WeirError) in try sink.write("c") } == "E431")
    #expect(code { () throws(WeirError) in _ = try sink.prepare(2) } == "E431")
    _ = try sink.restore(Epoch(0), keeping: [])
    try sink.write("d")
    try sink.commit(3, try sink.prepare(3))
    #expect(try fixture.files() == ["alerts-0000000003-0.jsonl": "d\n"])
  }
}

/// Where a sink comes back.
struct FileSinkRestoreTests {
  @Test func `output of an epoch that failed goes with the next`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write("a")
    let failed = try sink.prepare(1)
    try sink.write("b")
    try sink.commit(3, failed + (try sink.prepare(3)))
    #expect(
      try fixture.files()
        == ["alerts-0000000001-0.jsonl": "a\n", "alerts-0000000003-0.jsonl": "b\n"]
    )
  }

  @Test func `rows that could not be prepared go with the next epoch`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink()
    try sink.write("a")
    // The name that the part has to take is taken.
    try fixture.folder.write("out/.weir-harbor.alerts-2-1", "x")
    #expect(code { () throws(WeirError) in _ = try sink.prepare(2) } == "E106")
    try sink.write("b")
    try sink.commit(3, try sink.prepare(3))
    try fixture.folder.remove("out/.weir-harbor.alerts-2-1")
    #expect(try fixture.files() == ["alerts-0000000003-0.jsonl": "a\nb\n"])
  }

  @Test func `a replacement drops what no snapshot keeps and keeps the rest`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink(3)
    try sink.write("a")
    let kept = try sink.prepare(1)
    try sink.write("b")
    _ = try sink.prepare(2)
    try sink.write("c")
    let replacement = try fixture.sink(5, at: 1, keeping: kept)
    #expect(try fixture.files() == [".weir-harbor.alerts-1-3": "a\n"])
    try replacement.commit(1, kept)
    try replacement.write("b")
    try replacement.commit(4, try replacement.prepare(4))
    #expect(
      try fixture.files()
        == ["alerts-0000000001-0.jsonl": "a\n", "alerts-0000000004-0.jsonl": "b\n"]
    )
  }

  @Test func `a survivor drops its own rows since the epoch`() throws {
    let fixture = SinkFixture()
    let sink = try fixture.sink(3)
    try sink.write("a")
    let kept = try sink.prepare(1)
    try sink.write("b")
    _ = try sink.prepare(2)
    try sink.write("c")
    _ = try sink.restore(Epoch(1), keeping: kept)
    #expect(try fixture.files() == [".weir-harbor.alerts-1-3": "a\n"])
    try sink.write("b")
    try sink.commit(3, kept + (try sink.prepare(3)))
    #expect(
      try fixture.files()
        == ["alerts-0000000001-0.jsonl": "a\n", "alerts-0000000003-0.jsonl": "b\n"]
    )
  }

  @Test(arguments: 0..<6)
  func `a crash at any step shows each row once`(_ step: Int) throws {
    let fixture = SinkFixture()
    var complete: [PreparedOutput] = []
    let sink = try fixture.sink(1)
    try sink.write("a")
    if step >= 1 {
      let outputs = try sink.prepare(1)
      if step >= 2 { complete = outputs }
      if step >= 3 { try sink.commit(1, outputs) }
      if step >= 4 { try sink.write("b") }
      if step >= 5 { _ = try sink.prepare(2) }
    }
    let isComplete = step >= 2
    let next = try fixture.sink(2, at: isComplete ? 1 : 0, keeping: complete)
    if isComplete { try next.commit(1, complete) }
    for row in isComplete ? ["b"] : ["a", "b"] { try next.write(row) }
    try next.commit(9, try next.prepare(9))
    let files = try fixture.files()
    #expect(files.keys.sorted().compactMap { files[$0] }.joined() == "a\nb\n")
    #expect(!files.keys.contains { $0.hasPrefix(".") })
  }

  @Test func `what others have hidden in the folder is not touched`() throws {
    var fixture = SinkFixture()
    fixture.isAlone = false
    let others = [
      ".weir-harbor.alerts-1-9", ".weir-harbor.alerts-2-1-1", ".weir-harbor.alerts-1-x",
      ".weir-harbor.alerts-01-1",
      ".weir-harbor.other-1-1", ".weir.harbor.alerts.1.1", ".weir-harbor.alerts-1-1",
      "alerts-0000000001-0.jsonl",
    ]
    for name in others { try fixture.folder.write("out/\(name)", "x") }
    _ = try fixture.sink(2)
    #expect(try fixture.folder.names(in: "out") == others.sorted())
    fixture.isAlone = true
    // Alone, it knows that the older incarnation was its own.
    _ = try fixture.sink(2)
    #expect(
      try fixture.folder.names(in: "out")
        == others.filter { $0 != ".weir-harbor.alerts-1-1" }.sorted()
    )
  }

  @Test func `at most once, what may be visible is not kept to be shown again`() throws {
    let fixture = SinkFixture(delivery: .atMostOnce)
    let sink = try fixture.sink(1)
    try sink.write("a")
    let outputs = try sink.prepare(1)
    _ = try fixture.sink(2, at: 1, keeping: outputs)
    #expect(try fixture.files().isEmpty)
  }

  // MARK: One part

  @Test func `a bounded run that leaves one part gives it the path's own name`() throws {
    let fixture = SinkFixture(isSinglePart: true)
    let sink = try fixture.sink()
    try sink.write("a")
    let outputs = try sink.prepare(1, isLast: true)
    try sink.commit(1, outputs)
    try sink.commit(1, outputs)
    #expect(try fixture.files() == ["alerts.jsonl": "a\n"])
  }

  @Test func `a bounded run with parts before its last one numbers them all`() throws {
    let fixture = SinkFixture(isSinglePart: true)
    let sink = try fixture.sink()
    try sink.write("a")
    let first = try sink.prepare(1)
    try sink.write("b")
    try sink.commit(2, first + (try sink.prepare(2, isLast: true)))
    let next = try fixture.sink(2, at: 2)
    try next.write("c")
    try next.commit(3, try next.prepare(3, isLast: true))
    #expect(
      try fixture.files() == [
        "alerts-0000000001-0.jsonl": "a\n", "alerts-0000000002-0.jsonl": "b\n",
        "alerts-0000000003-0.jsonl": "c\n",
      ]
    )
  }

  @Test(arguments: [(true, "alerts.jsonl"), (false, "alerts-0000000001-0.jsonl")])
  func `without checkpoints there is one part, also without rows`(
    _ isSinglePart: Bool,
    _ name: String
  ) throws {
    let fixture = SinkFixture(cut: .atEnd, isSinglePart: isSinglePart, header: "h\n")
    let sink = try fixture.sink(3)
    let outputs = try sink.prepare(5, isLast: true)
    #expect(try fixture.folder.names(in: "out") == [".weir.harbor.alerts.1.3"])
    try sink.commit(5, outputs)
    #expect(try fixture.files() == [name: "h\n"])
  }
}
