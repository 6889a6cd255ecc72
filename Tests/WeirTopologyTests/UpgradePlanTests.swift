import Testing
import WeirCore
import WeirTopology

/// What becomes of the state of a topology in a changed one.
struct UpgradePlanTests {
  private static let text = """
    weir: 1
    name: shop
    sources:
      orders:
        file: { path: orders-*.jsonl }
        schema: { id: string, customer: string, amount: decimal(2), at: timestamp }
        event_time: at
    operators:
      big:
        from: orders
        where: amount > 10
      sums:
        from: orders
        key: customer
        window: { tumbling: 1h }
        aggregate: { n: count(), total: sum(amount), mean: "sum(amount) / count(amount)" }
      visits:
        from: orders
        key: customer
        window: { session: 30m }
        aggregate: { first: min(id), n: count() }
        processes: 2
    sinks:
      big_out: { from: big, discard: {} }
      sums_out: { from: sums, discard: {} }
      visits_out: { from: visits, discard: {} }
    """

  private static func job(_ text: String) throws -> JobPlan {
    let context = TopologyContext(path: "shop.yaml", base: "/base", environment: [:])
    return try Topology.compile(text, in: context).plan
  }

  /// The plan after some replacements, each of which must find its place.
  private static func plan(_ changes: (String, String)...) throws -> UpgradePlan {
    var changed = text
    for (old, new) in changes {
      try #require(changed.contains(old), "\(old)")
      changed = changed.replacing(old, with: new)
    }
    let after = try job(changed)
    return UpgradePlan(
      from: try job(text).outlines,
      to: after.outlines,
      renames: after.renames,
      bytes: ["sums": 100, "visits": 200]
    )
  }

  private static func step(_ name: String, _ plan: UpgradePlan) throws -> UpgradePlan.Step {
    try #require(plan.steps.first { $0.name == name }, "'\(name)' of \(plan.steps)")
  }

  @Test func `the same topology keeps everything`() throws {
    let plan = try Self.plan()
    #expect(plan.steps.allSatisfy { $0.fate == .kept && $0.changes.isEmpty })
    #expect(plan.steps.map(\.name).sorted() == plan.steps.compactMap(\.was).sorted())
    #expect(plan.refused(dropping: []) == [] && plan.suspects == [])
    #expect(try Self.step("sums", plan).bytes == 100)
  }

  /// Changes that keep all state as it is: clauses before and behind the aggregates.
  @Test(arguments: [
    (
      "key: customer\n    window: { tumbling: 1h }",
      "where: amount > 5\n    key: customer\n    window: { tumbling: 1h }"
    ),
    (
      "n: count(), total: sum(amount), mean: \"sum(amount) / count(amount)\"",
      "mean: \"sum(amount) / count(amount)\", n: count(), total: sum(amount)"
    ),
    ("processes: 2", "having: n > 1\n    processes: 2"),
    ("processes: 2", "select: [customer, n]\n    processes: 2"),
    ("where: amount > 10", "where: amount > 11"),
    ("orders-*.jsonl", "moved/*.jsonl"),
    ("big_out: { from: big, discard: {} }", "other_out: { from: big, discard: {} }"),
  ])
  func `what does not touch state keeps it`(_ old: String, _ new: String) throws {
    let plan = try Self.plan((old, new))
    for step in plan.steps where step.kind == .source || step.kind == .keyed {
      #expect(step.fate == .kept, "\(step)")
    }
    #expect(plan.refused(dropping: []) == [])
  }

  @Test func `a let below an aggregate may change, and what the aggregate says may not`() throws {
    let before = Self.text.replacing(
      "key: customer\n    window: { session: 30m }",
      with: "let: { net: amount - 1 }\n    key: customer\n    window: { session: 30m }"
    )
    .replacing("n: count() }\n    processes", with: "n: sum(net) }\n    processes")
    let old = try Self.job(before)
    #expect(
      old.outlines.first { $0.name == "visits" }?.aggregates.calls == ["min(id)", "sum(net)"]
    )
    let changed = try Self.job(before.replacing("amount - 1", with: "amount - 2"))
    let plan = UpgradePlan(from: old.outlines, to: changed.outlines)
    #expect(try Self.step("visits", plan).fate == .kept)
    let other = try Self.job(
      before.replacing("sum(net)", with: "sum(net) filter (where amount > 3)")
    )
    let filtered = UpgradePlan(from: old.outlines, to: other.outlines)
    #expect(try Self.step("visits", filtered).fate == .incompatible)
  }

  @Test func `other processes rescale, and a column more of a source is told`() throws {
    let plan = try Self.plan(
      ("processes: 2", "processes: 5"),
      ("at: timestamp }", "at: timestamp, note: string }")
    )
    #expect(try Self.step("visits", plan).fate == .rescaled)
    #expect(try Self.step("visits", plan).changes == ["2 -> 5 processes"])
    let orders = try Self.step("orders", plan)
    #expect(orders.fate == .kept)
    #expect(orders.changes == ["column 'note string' added: null where a record lacks it"])
  }

  @Test func `aggregates that come and go migrate, and the others are carried by what they are`()
    throws
  {
    let plan = try Self.plan(
      (
        "n: count(), total: sum(amount), mean: \"sum(amount) / count(amount)\"",
        "most: max(amount), money: sum( amount ), rows: count()"
      )
    )
    let sums = try Self.step("sums", plan)
    #expect(sums.fate == .migrated)
    // The old state has count(), sum(amount) and count(amount).
    #expect(sums.carried == [nil, 1, 0])
    #expect(
      sums.changes == [
        "aggregate 'most' added: it begins with no value",
        "aggregate 'money' added: what it is made of is known",
        "aggregate 'rows' added: what it is made of is known", "aggregate 'n' removed",
        "aggregate 'total' removed", "aggregate 'mean' removed",
      ]
    )
    #expect(plan.refused(dropping: []) == [])
  }

  /// What cannot be carried, and why.
  @Test(arguments: [
    (
      "window: { tumbling: 1h }", "window: { tumbling: 2h }",
      "its window was tumbling 1h and is tumbling 2h"
    ),
    (
      "window: { tumbling: 1h }", "window: { sliding: 1h, every: 30m }",
      "its window was tumbling 1h and is sliding 1h every 30m"
    ),
    (
      "window: { tumbling: 1h }", "window: { tumbling: 1h, allowed_lateness: 5m }",
      "'allowed_lateness' was 0s and is 5m: which windows are still there depends on it"
    ),
    (
      "key: customer\n    window: { tumbling: 1h }",
      "key: [customer, id]\n    window: { tumbling: 1h }",
      "its key was 'customer string' and is 'customer string', 'id string'"
    ),
    (
      "total: sum(amount)", "total: max(amount)",
      "aggregate 'total' was 'sum(amount)' and is 'max(amount)'"
    ),
    (
      "mean: \"sum(amount) / count(amount)\"", "mean: avg(amount)",
      "aggregate 'mean' was 'sum(amount) / count(amount)' and is 'avg(amount)'"
    ),
    ("name: shop", "name: shop\nkey_groups: 64", "'key_groups' was 128 and is 64"),
    (
      "amount: decimal(2)", "amount: decimal(3)",
      "aggregate 'total' has an argument of another type, decimal(3)"
    ),
  ])
  func `what cannot be carried is incompatible with a reason`(
    _ old: String,
    _ new: String,
    _ reason: String
  ) throws {
    let plan = try Self.plan((old, new))
    let sums = try Self.step("sums", plan)
    #expect(sums.fate == .incompatible)
    #expect(sums.reason == reason)
    #expect(plan.refused(dropping: []).contains(sums))
    #expect(plan.source(of: "sums") == nil)
    #expect(!plan.refused(dropping: ["sums"]).contains(sums))
  }

  @Test func `sources that read otherwise are incompatible`() throws {
    for (old, new) in [
      ("orders-*.jsonl }", "orders-*.jsonl }\n    format: csv"),
      ("event_time: at", "watermark: { lag: 1s }"),
      ("orders-*.jsonl }", "orders-*.jsonl, follow: true }"),
    ] {
      let plan = try Self.plan((old, new))
      let orders = try Self.step("orders", plan)
      #expect(orders.fate == .incompatible && orders.reason != nil, "\(orders)")
      #expect(plan.refused(dropping: []).contains(orders))
    }
  }

  @Test func `a stage that has gone drops its state only when it is named`() throws {
    let plan = try Self.plan(
      ("  visits_out: { from: visits, discard: {} }", ""),
      (
        """
          visits:
            from: orders
            key: customer
            window: { session: 30m }
            aggregate: { first: min(id), n: count() }
            processes: 2

        """, ""
      )
    )
    #expect(plan.refused(dropping: []).map(\.name) == ["visits"])
    #expect(plan.refused(dropping: []).map(\.bytes) == [200])
    #expect(plan.refused(dropping: ["visits"]) == [])
    #expect(plan.needless(dropping: ["visits", "sums", "none"]) == ["sums", "none"])
    // A sink that has gone has nothing to lose.
    #expect(try Self.step("visits_out", plan).fate == .dropped)
  }

  @Test func `a renamed stage is asked about, and goes on when the file says so`() throws {
    let asked = try Self.plan(("visits:", "stays:"), ("{ from: visits", "{ from: stays"))
    #expect(asked.suspects == [UpgradePlan.Suspect(old: "visits", new: "stays")])
    #expect(asked.refused(dropping: []).map(\.name) == ["visits"])
    let said = try Self.plan(
      ("visits:", "stays:\n    renamed_from: visits"),
      ("{ from: visits", "{ from: stays")
    )
    #expect(said.suspects == [] && said.refused(dropping: []) == [])
    let stays = try Self.step("stays", said)
    #expect(stays.fate == .kept && stays.was == "visits" && stays.bytes == 200)
    #expect(said.source(of: "stays") == "visits")
    // The file still fits when its state has been renamed.
    let after = try Self.job(
      Self.text.replacing("visits:", with: "stays:\n    renamed_from: visits")
        .replacing("{ from: visits", with: "{ from: stays")
    )
    let later = UpgradePlan(from: after.outlines, to: after.outlines, renames: after.renames)
    #expect(later.steps.allSatisfy { $0.fate == .kept && $0.was == $0.name })
  }

  @Test func `an operator that loses its key and window is no longer one with state`() throws {
    let plan = try Self.plan(
      (
        "key: customer\n    window: { tumbling: 1h }\n    aggregate: { n: count(), total: sum(amount), mean: \"sum(amount) / count(amount)\" }",
        "where: amount > 3"
      )
    )
    let sums = try Self.step("sums", plan)
    #expect(sums.fate == .incompatible)
    #expect(sums.reason == "it was an operator with state and is an operator without state")
    #expect(plan.refused(dropping: []).map(\.name) == ["sums"])
  }

  @Test func `a checkpoint becomes one of the new plan`() throws {
    let old = try Self.job(Self.text)
    let members = old.instances.map { instance in
      var snapshot = InstanceSnapshot(epoch: Epoch(7), incarnation: Incarnation(3))
      snapshot.counters = old.stages.map { _ in StageCounters() }
      snapshot.counters[0].rowsIn = 5
      snapshot.watermark = Watermark(microseconds: 9)
      snapshot.outputs = [PreparedOutput(epoch: Epoch(7), text: "part")]
      snapshot.sent = [SentRows(edge: 0, receiver: 0, rows: 5, fingerprint: 1)]
      if instance.stage == "orders" {
        snapshot.partitions = [
          PartitionSnapshot(
            partition: PartitionID(0),
            position: SourcePosition("here"),
            highest: 9,
            hasEnded: false,
            rows: 5,
            fingerprint: 8,
            rowsBefore: 2
          )
        ]
      }
      if old.stages[old.index(of: instance.stage) ?? 0].processes > 0,
        ["sums", "visits"].contains(instance.stage)
      {
        snapshot.state = StateReference(file: "\(instance)", earlier: ["old"], bytes: 3)
      }
      return Manifest.Member(instance: instance, snapshot: snapshot)
    }
    let plan = try Self.plan(
      ("window: { tumbling: 1h }", "window: { tumbling: 2h }"),
      ("processes: 2", "processes: 3"),
      ("visits:", "stays:\n    renamed_from: visits"),
      ("{ from: visits", "{ from: stays")
    )
    let text = Self.text.replacing("window: { tumbling: 1h }", with: "window: { tumbling: 2h }")
      .replacing("processes: 2", with: "processes: 3")
      .replacing("visits:", with: "stays:\n    renamed_from: visits")
      .replacing("{ from: visits", with: "{ from: stays")
    let job = try Self.job(text)
    let begun = plan.manifest(from: Manifest(epoch: Epoch(7), members: members), for: job) {
      StateReference(file: "new \($0)", bytes: 4)
    }
    #expect(begun.fits(job))
    #expect(begun.members.allSatisfy { $0.snapshot.outputs.isEmpty && $0.snapshot.sent.isEmpty })
    let source = try #require(begun.snapshot(of: InstanceID("orders", 0)))
    #expect(source.partitions.map(\.rows) == [0] && source.partitions.map(\.rowsBefore) == [7])
    #expect(source.counters[0].rowsIn == 0 && source.watermark == Watermark(microseconds: 9))
    #expect(begun.snapshot(of: InstanceID("sums", 0))?.state == nil)
    let stays = begun.relaid(for: job).members.filter { $0.instance.stage == "stays" }
    #expect(stays.count == 3)
    let files = Set(stays.flatMap { $0.snapshot.inherited.map(\.file) })
    #expect(files == ["new visits/0", "new visits/1"])
  }
}
