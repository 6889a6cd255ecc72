import Testing
import WeirCore
import WeirTopology

/// What two topologies must have in common so that one goes on with the state of the other.
struct PlanClauseTests {
  private static let text = """
    weir: 1
    name: one
    checkpoints: { every: 1s }
    sources:
      a:
        file: { path: "in/${GLOB:-*}.jsonl" }
        schema: { id: string, amount: decimal(2), at: timestamp }
        event_time: at
        watermark: { lag: 5s }
    operators:
      b:
        from: a
        let: { double: amount * 2 }
        where: amount > 1 and id <> ''
        key: id
        window: { tumbling: 5m }
        aggregate: { n: count(), total: sum(double) }
        having: n > 1
        select: { id: id, n: n, cents: total * 100 }
    sinks:
      c: { from: b, file: { path: out/c.jsonl } }

    """

  private static func plan(
    _ text: String = text,
    base: String = "/base",
    _ environment: [String: String] = [:]
  ) throws -> JobPlan {
    let context = TopologyContext(path: "a.yaml", base: base, environment: environment)
    return try Topology.compile(text, in: context).plan
  }

  private static func changed(_ old: String, _ new: String) throws -> [String] {
    #expect(text.contains(old))
    return try differences(plan(), plan(text.replacing(old, with: new)))
  }

  private static func differences(_ old: JobPlan, _ new: JobPlan) -> [String] {
    #expect((old.clauses == new.clauses) == (old.fingerprint == new.fingerprint))
    var names: [String] = []
    for clause in Set(old.clauses).symmetricDifference(new.clauses) {
      let name = clause.stage.isEmpty ? clause.name : "\(clause.stage).\(clause.name)"
      if !names.contains(name) { names.append(name) }
    }
    return names.sorted()
  }

  @Test(arguments: [
    ("weir: 1", "# Said otherwise.\nweir: 1\ndescription: of the same"),
    ("{ every: 1s }", "{ every: 2s, keep: 7, max_failures: 9, timeout: 9s }"),
    ("name: one", "name: one\nrestarts: { most: 1 }\nbatch: { rows: 9, linger: 1ms }"),
    ("name: one", "name: 'one'   # quoted"),
    ("amount > 1 and id <> ''", "\"(amount>1) AND id<>''\""),
    ("    key: id", "    processes: 3\n    key: [ id ]"),
    ("    event_time: at", "    event_time: at\n    processes: 2"),
    ("from: b,", "from: b, processes: 2,"),
    ("{ path: \"in/${GLOB:-*}.jsonl\" }", "{ path: ./in/*.jsonl, rate: 100 }"),
    ("window: { tumbling: 5m }", "window: { tumbling: 300s, offset: 0s }"),
    ("from: b,", "from: [ b ], delivery: exactly-once,"),
  ])
  func `what state and output do not depend on is in no clause`(
    _ old: String,
    _ new: String
  ) throws {
    #expect(try Self.changed(old, new) == [])
  }

  @Test(arguments: [
    ("name: one", "name: two", "name"),
    ("name: one", "name: one\nkey_groups: 64", "key_groups"),
    ("in/$", "in2/$", "a.file.path"),
    ("lag: 5s", "lag: 6s", "a.watermark.lag"),
    ("lag: 5s", "lag: 5s, idle_after: 1s", "a.watermark.idle_after"),
    ("amount: decimal(2)", "amount: decimal(3)", "a.schema"),
    ("event_time: at", "event_time: at\n    on_bad_record: skip", "a.on_bad_record"),
    ("amount * 2", "amount * 3", "b.let.double"),
    ("amount > 1", "amount > 2", "b.where"),
    ("tumbling: 5m", "tumbling: 6m", "b.window"),
    ("tumbling: 5m", "tumbling: 5m, allowed_lateness: 1s", "b.window.allowed_lateness"),
    ("sum(double)", "max(double)", "b.aggregate.total"),
    ("having: n > 1", "having: n > 2", "b.having"),
    ("total * 100", "total * 10", "b.select.cents"),
    ("    key: id", "    on_error: skip\n    key: id", "b.on_error"),
    ("out/c", "out/d", "c.file.path"),
    ("from: b,", "from: b, delivery: at-most-once,", "c.delivery"),
    ("from: b,", "from: b, format: csv,", "c.format"),
  ])
  func `what they depend on is named by stage and clause`(
    _ old: String,
    _ new: String,
    _ name: String
  ) throws {
    #expect(try Self.changed(old, new) == [name])
  }

  @Test func `a folder that was moved as a whole holds the same run`() throws {
    #expect(try Self.differences(Self.plan(), Self.plan(base: "/elsewhere")) == [])
  }

  @Test func `a variable counts by what it fills in, and its value is kept nowhere`() throws {
    let plan = try Self.plan(Self.text, ["GLOB": "hidden"])
    #expect(Self.differences(try Self.plan(), plan) == ["a.file.path"])
    #expect(Self.differences(try Self.plan(), try Self.plan(Self.text, ["GLOB": "*"])) == [])
    #expect(!"\(plan.clauses)".contains("hidden"))
  }
}
