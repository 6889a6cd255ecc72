import Testing

/// Every operator at once against plain models, with several numbers of processes and batch sizes.
@Suite(.serialized) struct ModelTests {
  /// One way to run the same input.
  struct Form: Hashable, Sendable, CustomTestStringConvertible {
    var seed: UInt64
    var processes: Int
    var sourceProcesses: Int
    var batchRows: Int
    /// Rows of each file.
    var rows: Int
    /// Whether senders add rows up.
    var combine = "auto"

    var testDescription: String {
      "seed \(seed), \(processes) processes, \(sourceProcesses) at sources, \(rows) rows a file, "
        + "\(batchRows) a batch, combine \(combine)"
    }
  }

  static let forms: [Form] = [
    Form(seed: 1, processes: 1, sourceProcesses: 1, batchRows: 1, rows: 200),
    Form(seed: 2, processes: 2, sourceProcesses: 2, batchRows: 1, rows: 150),
    Form(seed: 3, processes: 4, sourceProcesses: 1, batchRows: 1, rows: 150),
    Form(seed: 1, processes: 1, sourceProcesses: 2, batchRows: 100, rows: 1500),
    Form(seed: 2, processes: 2, sourceProcesses: 1, batchRows: 100, rows: 1500),
    Form(seed: 3, processes: 4, sourceProcesses: 2, batchRows: 100, rows: 1500),
    Form(seed: 1, processes: 1, sourceProcesses: 1, batchRows: 8192, rows: 1500),
    Form(seed: 2, processes: 2, sourceProcesses: 2, batchRows: 8192, rows: 1500),
    Form(seed: 4, processes: 4, sourceProcesses: 1, batchRows: 8192, rows: 6000),
    Form(seed: 5, processes: 4, sourceProcesses: 2, batchRows: 7, rows: 1500),
    Form(seed: 5, processes: 2, sourceProcesses: 1, batchRows: 512, rows: 1500),
    Form(
      seed: 1,
      processes: 1,
      sourceProcesses: 2,
      batchRows: 512,
      rows: 1500,
      combine: "always"
    ),
    Form(
      seed: 2,
      processes: 2,
      sourceProcesses: 1,
      batchRows: 7,
      rows: 1500,
      combine: "always"
    ),
    Form(
      seed: 4,
      processes: 4,
      sourceProcesses: 2,
      batchRows: 8192,
      rows: 6000,
      combine: "always"
    ),
    Form(
      seed: 4,
      processes: 4,
      sourceProcesses: 2,
      batchRows: 8192,
      rows: 6000,
      combine: "never"
    ),
  ]

  private static let badLines = [
    "this is not JSON",
    "{\"auth_id\":\"x\",\"terminal_ts\":\"2026-01-01T12:00:00Z\",\"amount_usd\":\"much\"}",
    "{\"auth_id\":\"no time\"}",
    "{\"auth_id\":\"x\",\"terminal_ts\":\"2026-01-01T12:00:00Z\",\"amount_usd\":1.005}",
    "{\"auth_id\":\"cut short\",\"termin",
  ]

  private static let lag = 45_000
  private static let gap = 30_000

  @Test(arguments: forms)
  func `what every operator writes is what its model says`(_ form: Form) throws {
    let folder = TestFolder()
    let payments = PaymentFiles.disturbed(form.seed, files: 3, rows: form.rows, lag: Self.lag)
    let visits = PaymentFiles.visits(
      form.seed &+ 100,
      files: 2,
      rows: form.rows,
      lag: Self.lag,
      gap: Self.gap
    )
    #expect(visits.all.contains { $0.stamp != nil && !WindowModels.isLate($0, gap: Self.gap) })
    write(payments, visits, into: folder)
    folder.write("models.yaml", Self.topology(form))
    let run = try WeirProcess(
      ["run", "\(folder.path)/models.yaml", "--format", "json"],
      in: folder
    )
    #expect(run.end() == .exited(0), "\(run.errors)")

    compareWindows(payments, visits, in: folder)
    compareOthers(payments, visits, in: folder)
    let bad = folder.sortedLines("out/bad.jsonl").compactMap { line in
      line.firstRange(of: "\",\"error\":").map { String(line[..<$0.lowerBound]) }
    }
    #expect(bad == Self.badLines.map { "{\"raw\":" + ModelText.text($0).dropLast() }.sorted())
    try balance(run.summary(), payments, visits)
    #expect(ProcessTable.instances(of: folder) == [])
  }

  /// A row behind the watermark that is not late, and a session that ends before that watermark; and
  /// a watermark at the very end of a session, whose result is of a time before that.
  @Test func `sessions do not depend on when rows arrive`() throws {
    let seconds = [8, 30, 16, 45, 70]
    var found: Set<[String]> = []
    var windows: Set<[String]> = []
    for rate in ["", ", rate: 5"] {
      let folder = TestFolder()
      let lines = seconds.map { "{\"at\":\(ModelText.epoch + $0 * 1000)}\n" }
      folder.write("in.jsonl", lines.joined())
      folder.write("sessions.yaml", Self.sessions(rate))
      let run = try WeirProcess(["run", "\(folder.path)/sessions.yaml"], in: folder)
      #expect(run.end() == .exited(0), "\(run.errors)")
      found.insert(folder.sortedLines("out/sessions.jsonl"))
      windows.insert(folder.sortedLines("out/windows.jsonl"))
    }
    let line = { (start: Int, end: Int) in
      "{\"window_start\":\(ModelText.time(start * 1000)),"
        + "\"window_end\":\(ModelText.time(end * 1000)),\"n\":1}"
    }
    #expect(found == [seconds.sorted().map { line($0, $0 + 10) }])
    #expect(windows == [seconds.sorted().map { line($0 + 9, $0 + 10) }])
  }

  private static func sessions(_ rate: String) -> String {
    """
    weir: 1
    name: sessions
    checkpoints: none
    sources:
      rows:
        file: { path: in.jsonl\(rate) }
        format: json
        schema: { at: timestamp }
        event_time: at
        watermark: { lag: 5s }
    operators:
      sessions: { from: rows, window: { session: 10s }, aggregate: { n: count() } }
      windows: { from: sessions, window: { tumbling: 1s }, aggregate: { n: count() } }
    sinks:
      out: { from: sessions, file: { path: out/sessions.jsonl }, format: json }
      ends: { from: windows, file: { path: out/windows.jsonl }, format: json }
    """
  }

  private func write(_ payments: PaymentFiles, _ visits: PaymentFiles, into folder: TestFolder) {
    for (number, file) in payments.files.enumerated() {
      var lines = file.enumerated().map { ModelText.jsonLine($1, number: $0) }
      if number == 1 {
        for (place, bad) in Self.badLines.enumerated() { lines.insert(bad + "\n", at: place * 25) }
      }
      folder.write("in/payments-\(number).jsonl", lines.joined())
    }
    for (number, file) in visits.files.enumerated() {
      let lines = file.map { ModelText.csvLine($0) }
      folder.write(
        "in/visits-\(number).csv",
        "card_token,amount_usd,terminal_ts\n" + lines.joined()
      )
    }
  }

  private func compareWindows(
    _ payments: PaymentFiles,
    _ visits: PaymentFiles,
    in folder: TestFolder
  ) {
    let declined = payments.all.filter { $0.status == "DECLINED" }
    let declines = WindowModels.lines(
      declined,
      size: 600_000,
      every: 60_000
    ) { $0.count > 3 ? "\"declines\":\($0.count)" : nil }
    expectSame("declines", folder.sortedLines("out/declines.jsonl"), declines)
    // Allowed lateness makes updates, and changes nothing of what is on time.
    expectSame("first", folder.sortedLines("out/first.jsonl"), declines)

    let spend = WindowModels.lines(
      payments.all.filter { $0.status == "APPROVED" },
      size: 300_000,
      every: 300_000
    ) { rows in
      guard let total = WindowModels.sum(rows), total > 10_000 else { return nil }
      let cents = rows.compactMap(\.cents)
      return "\"total_usd\":\(ModelText.money(total)),\"n\":\(rows.count),\"paid\":\(cents.count),"
        + "\"low\":\(ModelText.money(cents.min())),\"high\":\(ModelText.money(cents.max()))"
    }
    expectSame("spend", folder.sortedLines("out/spend.jsonl"), spend)

    let both = WindowModels.lines(
      payments.all + visits.all,
      size: 600_000,
      every: 600_000
    ) { "\"n\":\($0.count),\"total_usd\":\(ModelText.money(WindowModels.sum($0)))" }
    expectSame("both", folder.sortedLines("out/both.jsonl"), both)
  }

  private func compareOthers(
    _ payments: PaymentFiles,
    _ visits: PaymentFiles,
    in folder: TestFolder
  ) {
    let declined = payments.all.filter { $0.status == "DECLINED" }
    let late = WindowModels.late(
      declined,
      size: 600_000,
      every: 60_000
    ).map { payment, by in
      "{\"auth_id\":\(ModelText.text(payment.auth)),\"card_token\":\(ModelText.text(payment.card)),"
        + "\"merchant_id\":\(ModelText.text(payment.merchant)),\"status\":\"DECLINED\","
        + "\"amount_usd\":\(ModelText.money(payment.cents)),"
        + "\"terminal_ts\":\(ModelText.time(payment.time)),\"lateness\":\(ModelText.duration(by))}"
    }.sorted()
    #expect(!late.isEmpty)
    expectSame("late", folder.sortedLines("out/late.jsonl"), late)

    let sessions = WindowModels.sessions(visits.all, gap: Self.gap) {
      "\"n\":\($0.count),\"total_usd\":\(ModelText.money(WindowModels.sum($0)))"
    }
    expectSame("sessions", folder.sortedLines("out/sessions.jsonl"), sessions)

    let big = payments.all.compactMap { payment -> String? in
      guard payment.status == "APPROVED", let cents = payment.cents, cents > 5000 else {
        return nil
      }
      let shop = payment.merchant.map { "S" + $0.dropFirst() }
      return "{\"card\":\(ModelText.text(payment.card)),\"doubled\":\(ModelText.money(cents * 2)),"
        + "\"shop\":\(ModelText.text(shop))}"
    }.sorted()
    expectSame("big", folder.sortedLines("out/big.jsonl"), big)

    var last: [String: String] = [:]
    for line in TestFolder.lines(folder.text("out/totals.jsonl")) {
      let key = line.dropFirst("{\"card_token\":".count).prefix { $0 != "," }
      last[String(key)] = line
    }
    expectSame("totals", last.values.sorted(), WindowModels.totals(visits.all).values.sorted())
  }

  private func expectSame(_ name: String, _ found: [String], _ expected: [String]) {
    guard found != expected else { return }
    let surplus = difference(found, expected).prefix(5)
    let missing = difference(expected, found).prefix(5)
    Issue.record(
      """
      \(name): \(found.count) lines instead of \(expected.count)
      too much: \(surplus.joined(separator: "\n          "))
      missing:  \(missing.joined(separator: "\n          "))
      """
    )
  }

  private func difference(_ left: [String], _ right: [String]) -> [String] {
    var counts: [String: Int] = [:]
    for line in right { counts[line, default: 0] += 1 }
    return left.filter { line in
      counts[line, default: 0] -= 1
      return counts[line, default: 0] < 0
    }
  }

  private func balance(
    _ report: RunReport,
    _ payments: PaymentFiles,
    _ visits: PaymentFiles
  ) {
    #expect(report.outcome == "finished")
    for stage in report.stages { #expect(stage.isBalanced, "\(stage)") }
    let read = payments.all.count
    #expect(report["payments"]?.rowsIn == read + Self.badLines.count)
    #expect(report["payments"]?.rejected == Self.badLines.count)
    for name in ["declines", "spend", "big"] { #expect(report[name]?.rowsIn == read, "\(name)") }
    #expect(report["both"]?.rowsIn == read + visits.all.count)
    #expect(report["sessions"]?.rowsIn == visits.all.count)
    let isLate = { WindowModels.isLate($0, gap: Self.gap) }
    #expect(report["sessions"]?.late == visits.all.count(where: isLate))
  }

  private static func topology(_ form: Form) -> String {
    """
    weir: 1
    name: models
    checkpoints: none
    batch: { rows: \(form.batchRows) }
    sources:
      payments:
        file: { path: in/payments-*.jsonl }
        format: json
        schema:
          auth_id: string
          card_token: string
          merchant_id: { type: string, path: merchant.id }
          status: string
          amount_usd: decimal(2)
          terminal_ts: timestamp
        event_time: terminal_ts
        watermark: { lag: 45s }
        on_bad_record: divert
        processes: \(form.sourceProcesses)
      visits:
        file: { path: in/visits-*.csv }
        format: csv
        schema: { card_token: string, amount_usd: decimal(2), terminal_ts: timestamp }
        event_time: terminal_ts
        watermark: { lag: 45s }
    operators:
      declines:
        from: payments
        where: status = 'DECLINED'
        key: card_token
        window: { sliding: 10m, every: 1m }
        combine: \(form.combine)
        aggregate: { declines: count() }
        having: declines > 3
        processes: \(form.processes)
      spend:
        from: payments
        where: status = 'APPROVED'
        key: card_token
        window: { tumbling: 5m }
        combine: \(form.combine)
        aggregate:
          total_usd: sum(amount_usd)
          n: count()
          paid: count(amount_usd)
          low: min(amount_usd)
          high: max(amount_usd)
        having: total_usd > 100
        processes: \(form.processes)
      amended:
        from: payments
        where: status = 'DECLINED'
        key: card_token
        window: { sliding: 10m, every: 1m, allowed_lateness: 2m }
        combine: \(form.combine)
        aggregate: { declines: count() }
        having: declines > 3
        processes: \(form.processes)
      first:
        from: amended
        select: [card_token, window_start, window_end, declines]
      sessions:
        from: visits
        key: card_token
        window: { session: 30s }
        aggregate: { n: count(), total_usd: sum(amount_usd) }
        processes: \(form.processes)
      totals:
        from: visits
        key: card_token
        aggregate: { visits: count(), total_usd: sum(amount_usd) }
        processes: \(form.processes)
      both:
        from: [payments, visits]
        key: card_token
        window: { tumbling: 10m }
        combine: \(form.combine)
        aggregate: { n: count(), total_usd: sum(amount_usd) }
        processes: \(form.processes)
      big:
        from: payments
        let:
          doubled: amount_usd * 2
          letter: upper(substring(merchant_id, 1, 1))
        where: status = 'APPROVED' and amount_usd > 50
        select:
          card: card_token
          doubled: doubled
          shop: letter || substring(merchant_id, 2)
    \(form.processes > 1 ? "    processes: \(form.processes)" : "")
    sinks:
    \(Self.written.map { sink($0, $0) }.joined())
    \(sink("late", "declines.late"))
    \(sink("bad", "payments.rejected"))
    """
  }

  private static let written = [
    "declines", "first", "spend", "sessions", "totals", "both", "big",
  ]

  private static func sink(_ name: String, _ from: String) -> String {
    "  to-\(name): { from: \(from), file: { path: out/\(name).jsonl }, format: json }\n"
  }
}
