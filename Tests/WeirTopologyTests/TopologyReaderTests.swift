import Testing
import WeirColumns
import WeirCore
import WeirTopology

/// Good files: what is read from them.
struct TopologyReaderTests {
  @Test func `the example of the language page reads as it stands`() throws {
    let reading = Reading(try TestFiles.text("Examples/fleet.yaml"))
    #expect(reading.codes == [])
    let file = try #require(reading.file)
    #expect(file.name.value == "harbor-fleet")
    #expect(file.description == "Flags cards with rapid declines or high hourly spend.")
    var checkpoints = CheckpointsClause()
    checkpoints.store = "/base/state"
    checkpoints.timeout = 60_000_000
    #expect(file.checkpoints == checkpoints)
    #expect(file.batch == BatchSettings())
    #expect(file.mostRestarts == 5)
    #expect(file.restartsWithin == nil)
    #expect(file.keyGroups?.value == 128)
    #expect(file.sources.map(\.name.value) == ["payments"])
    #expect(file.operators.map(\.name.value) == ["declines", "spend"])
    #expect(file.sinks.map(\.name.value) == ["alerts", "reconciliation"])
  }

  @Test func `a source is read with its schema and its times`() throws {
    let file = try #require(Reading(try TestFiles.text("Examples/fleet.yaml")).file)
    let source = file.sources[0]
    let fields = [
      FieldPlan("auth_id", .string), FieldPlan("card_token", .string),
      FieldPlan("merchant_id", .string), FieldPlan("status", .string),
      FieldPlan("amount_usd", .decimal(scale: 2)), FieldPlan("terminal_ts", .timestamp),
    ]
    let plan = FileSourcePlan(
      path: "/base/data/payments-*.jsonl",
      follow: false,
      format: .json,
      fields: fields
    )
    #expect(source.connector.value == .file(plan))
    #expect(source.fields.map(\.value) == fields)
    #expect(source.eventTime?.value == "terminal_ts")
    #expect(source.hasWatermark)
    #expect(
      [source.lag, source.idleAfter, source.maxAhead] == [45_000_000, 30_000_000, 86_400_000_000]
    )
    #expect(source.onBadRecord == .divert)
    #expect(source.processes?.value == 1)
  }

  @Test func `an operator is read with its clauses and their places`() throws {
    let file = try #require(Reading(try TestFiles.text("Examples/fleet.yaml")).file)
    let declines = file.operators[0]
    #expect(declines.from.map(\.value) == ["payments"])
    #expect(declines.condition?.text == "status = 'DECLINED'")
    #expect(declines.condition?.location == SourceLocation(line: 34, column: 12, length: 19))
    #expect(declines.condition?.isVerbatim == true)
    #expect(declines.key.map(\.value) == ["card_token"])
    #expect(declines.window?.shape == .sliding(size: 600_000_000, every: 60_000_000))
    #expect(declines.window?.allowedLateness == 120_000_000)
    #expect(declines.aggregates.map(\.name.value) == ["declines"])
    #expect(declines.aggregates.map(\.expression.text) == ["count()"])
    #expect(declines.having?.text == "declines > 3")
    #expect(declines.processes?.value == 2)
    #expect(file.operators[1].window?.shape == .tumbling(size: 3_600_000_000))
  }

  @Test func `a sink is read with its connector`() throws {
    let file = try #require(Reading(try TestFiles.text("Examples/fleet.yaml")).file)
    let alerts = FileSinkPlan(path: "/base/out/alerts.jsonl", format: .json, isSinglePart: false)
    #expect(file.sinks[0].connector.value == .file(alerts))
    #expect(file.sinks[0].from.map(\.value) == ["declines", "spend"])
    #expect(file.sinks[0].delivery?.value == .exactlyOnce)
    #expect(file.sinks[1].from.map(\.value) == ["declines.late"])
  }

  @Test func `generated columns are read with the types of their kinds`() throws {
    let reading = Reading(try TestFiles.text("Examples/generate.yaml"))
    #expect(reading.diagnostics.isEmpty)
    let source = try #require(reading.file).sources[0]
    guard case .generate(let plan) = source.connector.value else {
      Issue.record("no generator")
      return
    }
    typealias Column = GeneratePlan.ColumnPlan
    let clock = GeneratePlan.Clock(
      start: 1_767_225_600_000_000,
      rowsPerSecond: 2000,
      disorder: 45_000_000,
      lateFraction: 0.0001,
      lateLow: 180_000_000,
      lateHigh: 3_600_000_000
    )
    #expect(
      plan
        == GeneratePlan(
          rows: 10_000_000,
          seed: 1,
          columns: [
            Column(name: "auth_id", type: .string, kind: .sequence("a%09d")),
            Column(
              name: "card_token",
              type: .string,
              kind: .pick(format: "c%06d", count: 100_000, skew: 1.1)
            ),
            Column(
              name: "merchant_id",
              type: .string,
              kind: .pick(format: "m%04d", count: 2000, skew: 0)
            ),
            Column(
              name: "status",
              type: .string,
              kind: .weights([
                GeneratePlan.Weight(value: "APPROVED", weight: 0.8),
                GeneratePlan.Weight(value: "DECLINED", weight: 1),
              ])
            ),
            Column(
              name: "amount_usd",
              type: .float,
              kind: .lognormal(median: 24, sigma: 1.1),
              maximum: 5000
            ),
            Column(name: "terminal_ts", type: .timestamp, kind: .clock(clock)),
          ]
        )
    )
    #expect(source.rate == 40_000)
    #expect(source.fields.map(\.value.name) == plan.columns.map(\.name))
    #expect(source.eventTime?.value == "terminal_ts")
  }

  @Test func `tables are known and not yet there`() throws {
    let reading = Reading(try TestFiles.text("Examples/tables.yaml"))
    #expect(reading.codes == ["W080"])
    #expect(reading.file == nil)
  }

  @Test func `line ends of Windows and a byte order mark change nothing`() throws {
    let text = try TestFiles.text("Examples/fleet.yaml")
    let other =
      "\u{FEFF}"
      + text.split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "\r\n")
    let plain = Reading(text)
    let windows = Reading(other)
    #expect(windows.diagnostics == plain.diagnostics)
    #expect("\(String(describing: windows.file))" == "\(String(describing: plain.file))")
    let renderer = DiagnosticRenderer(path: "a.yaml", text: other)
    #expect(
      renderer.text(windows.diagnostics)
        == DiagnosticRenderer(path: "a.yaml", text: text).text(plain.diagnostics)
    )
  }

  @Test func `fields, unions, maps of select and ports are read`() throws {
    let reading = Reading(
      """
      weir: 1
      name: rich
      x-owner: { team: fraud }
      checkpoints: none
      sources:
        a:
          file: { path: /abs/*.csv, follow: true, rate: 0.5 }
          format: csv
          csv: { header: false, delimiter: "\\t", nulls: NULL }
          schema:
            id: { type: string, path: user.id }
            at: { type: timestamp, unit: s }
            tags: list<int>
      operators:
        b:
          from: [a, a.rejected]
          tag: origin
          let: { day: 'cast(at as string)', "no": id }
          select: { id: id, twice: "concat(id, '\\u0041')" }
          on_error: divert
      sinks:
        c: { from: b.errors, stdout: , format: csv }
      """
    )
    #expect(reading.codes == [])
    let file = try #require(reading.file)
    #expect(file.checkpoints?.isOn == false)
    #expect(
      file.sources[0].connector.value
        == .file(
          FileSourcePlan(
            path: "/abs/*.csv",
            follow: true,
            format: .csv(header: false, delimiter: 9, nulls: "NULL"),
            fields: [
              FieldPlan("id", .string, path: ["user", "id"]),
              FieldPlan("at", .timestamp, unit: .seconds), FieldPlan("tags", .list(.int)),
            ]
          )
        )
    )
    #expect(file.sources[0].rate == 0.5)
    let b = file.operators[0]
    #expect(b.from.map(\.value) == ["a", "a.rejected"])
    #expect(b.tag?.value == "origin")
    #expect(b.bindings.map(\.name.value) == ["day", "no"])
    #expect(b.bindings[0].expression.location == SourceLocation(line: 18, column: 18, length: 18))
    #expect(b.bindings[0].expression.isVerbatim)
    #expect(b.onError == .divert)
    guard case .expressions(let selected) = b.select else {
      Issue.record("no map of select")
      return
    }
    #expect(selected.map(\.expression.text) == ["id", "concat(id, 'A')"])
    #expect(selected.map(\.expression.isVerbatim) == [true, false])
    #expect(
      file.sinks[0].connector.value
        == .standardOutput(.csv(header: true, delimiter: UInt8(ascii: ","), nulls: ""))
    )
  }

  @Test func `an expression in a block stands where its first character does`() throws {
    let reading = Reading(
      Self.operatorFile(
        "where: |\n      id = 'a: b' # c\n    having: >-\n      n >\n      3"
          + "\n    aggregate: { n: count() }"
      )
    )
    #expect(reading.codes == [])
    let stage = try #require(reading.file).operators[0]
    #expect(stage.condition?.text == "id = 'a: b' # c")
    #expect(stage.condition?.location == SourceLocation(line: 11, column: 7, length: 15))
    #expect(stage.condition?.isVerbatim == true)
    #expect(stage.having?.text == "n > 3")
    #expect(stage.having?.isVerbatim == false)
  }

  @Test(arguments: [
    (
      "window: { tumbling: 1d, offset: -8h }",
      WindowSpec.Shape.tumbling(size: 86_400_000_000, offset: -28_800_000_000)
    ),
    ("window: { session: 30m }", .session(gap: 1_800_000_000)),
    (
      "window: { sliding: 1h, every: 20m, offset: 1m }",
      .sliding(size: 3_600_000_000, every: 1_200_000_000, offset: 60_000_000)
    ),
  ])
  func `every shape of window is read`(_ text: String, _ shape: WindowSpec.Shape) throws {
    let reading = Reading(Self.operatorFile(text + "\n    aggregate: { n: count() }"))
    #expect(try #require(reading.file).operators[0].window?.shape == shape)
  }

  static func operatorFile(_ clauses: String) -> String {
    """
    weir: 1
    name: one
    sources:
      a:
        file: { path: a.jsonl }
        schema: { id: string }
    operators:
      b:
        from: a
        \(clauses)
    sinks:
      c: { from: b, discard: {} }

    """
  }
}
