import Testing
import WeirTopology

@testable import Weir

@Suite struct TopologyEditTests {
  private static let text = """
    weir: 1
    name: advised
    sources:
      payments:
        generate: { rows: 10, columns: { card: { pick: "c%02d", count: 9 }, at: { clock: { rows_per_second: 9 } } } }
        event_time: at
        processes: 2   # as many as disks
    operators:
      # Those that spend much.
      totals:  # by card

        from: payments
        key: card
        window: { tumbling: 10s }
        aggregate: { n: count() }
      others: { from: payments, key: card, window: { tumbling: 1m }, aggregate: { n: count() } } # }
      more:
        from: payments
        key: card
        aggregate: { n: count() }
        processes: ${MORE:-3}
    sinks:
      out: {from: totals, file: {path: "out/}.jsonl"}, format: json}
      rest: { from: others, discard: {} }
    """

  private func edit(
    _ changes: [(String, Int)],
    of text: String = text
  ) throws -> TopologyEdit {
    let context = TopologyContext(path: "a.yaml", base: "/jobs", environment: [:])
    do throws(TopologyFaults) {
      let file = try Topology.compile(text, in: context).file
      return TopologyEdit(
        text,
        file,
        changes.map { TopologyEdit.Change(stage: $0.0, processes: $0.1) }
      )
    } catch {
      throw error
    }
  }

  @Test func `a number is replaced where it stands, and its comment stays`() throws {
    let edit = try edit([("payments", 12)])
    #expect(
      edit.difference("/jobs/a.yaml") == """
        --- /jobs/a.yaml
        +++ /jobs/a.yaml
        @@ -7 +7 @@
        -    processes: 2   # as many as disks
        +    processes: 12   # as many as disks

        """
    )
    #expect(edit.obstacles.isEmpty)
  }

  @Test func `a stage without a number gets a line, as far in as its others`() throws {
    let edit = try edit([("totals", 4)])
    #expect(
      edit.difference("a.yaml") == """
        --- a.yaml
        +++ a.yaml
        @@ -10,0 +11 @@
        +    processes: 4

        """
    )
    #expect(edit.text.contains("  totals:  # by card\n    processes: 4\n\n    from: payments"))
  }

  @Test func `a stage on one line gets it before its brace`() throws {
    let edit = try edit([("others", 4), ("out", 2)])
    #expect(edit.text.contains("aggregate: { n: count() }, processes: 4 } # }\n"))
    #expect(edit.text.contains("file: {path: \"out/}.jsonl\"}, format: json, processes: 2}\n"))
    #expect(edit.difference("a.yaml").contains("@@ -23 +23 @@"))
  }

  @Test func `what was edited is a topology with those numbers`() throws {
    let changes = [("payments", 5), ("totals", 6), ("others", 7), ("rest", 8)]
    let edited = try edit(changes).text
    let context = TopologyContext(path: "a.yaml", base: "/jobs", environment: [:])
    let job = try Topology.compile(edited, in: context).plan
    for (stage, processes) in changes {
      #expect(job.stages.first { $0.name == stage }?.processes == processes, "\(stage)")
    }
    #expect(try edit([("payments", 5)], of: edited).isEmpty == false)
  }

  @Test func `lines behind one that was put in are counted on`() throws {
    let edit = try edit([("rest", 3), ("totals", 4)])
    #expect(edit.difference("a.yaml").contains("@@ -10,0 +11 @@"))
    #expect(edit.difference("a.yaml").contains("@@ -24 +25 @@"))
  }

  @Test func `what cannot be edited is said`() throws {
    let edit = try edit([("more", 4), ("gone", 2)])
    #expect(edit.isEmpty)
    #expect(edit.difference("a.yaml") == "")
    #expect(edit.text == Self.text)
    #expect(edit.obstacles.map(\.stage) == ["more", "gone"])
    #expect(edit.obstacles.map(\.obstacle) == [.variable, .unknownStage])
  }

  @Test func `a stage in another form is left alone`() throws {
    let text = """
      weir: 1
      name: advised
      sources:
        payments: {
          generate: { rows: 10, columns: { card: { pick: "c%02d", count: 9 } } } }
      sinks: { out: { from: payments, discard: {} } }
      """
    let edit = try edit([("payments", 2), ("out", 3)], of: text)
    #expect(edit.obstacles.map(\.stage) == ["payments"])
    #expect(edit.obstacles.map(\.obstacle) == [.form])
    #expect(edit.text.hasSuffix("sinks: { out: { from: payments, discard: {}, processes: 3 } }"))
  }
}
