import Testing
import WeirCore

@testable import Weir

@Suite struct AdviceTextTests {
  private func measure(
    _ name: String,
    _ kind: String,
    rows: UInt64,
    busy: Int64,
    waiting: Int64 = 0
  ) -> StageMeasure {
    var measure = StageMeasure(name, kind: kind, processes: 1)
    measure.rows = rows
    measure.taken = rows
    measure.counters.rowsIn = rows
    measure.counters.rowsOut = rows
    measure.results = rows
    measure.isBounded = true
    measure.time = JobStatus.TimeSpent(
      busy: busy * 1_000_000_000,
      backpressured: waiting * 1_000_000_000,
      idle: (10 - busy - waiting) * 1_000_000_000
    )
    return measure
  }

  private func report(
    idleCores: Double = 6,
    _ change: (inout StageMeasure) -> Void = { _ in }
  ) -> AdviceReport {
    var totals = measure("totals", "operator", rows: 400_000, busy: 10)
    totals.scaling = ScaleLimit(128, .keyGroups)
    change(&totals)
    let advice = Advice(
      [
        measure("payments", "source", rows: 400_000, busy: 4, waiting: 6), totals,
        measure("alerts", "sink", rows: 0, busy: 0),
      ],
      [StageArrow(from: "payments", to: "totals")],
      on: JobStatus.Machine(cores: 8, idleCores: idleCores)
    )
    var report = AdviceReport(run: "harbor", topology: "/jobs/harbor.yaml", advice: advice)
    if !advice.changes.isEmpty, !advice.isTooShort {
      report.edit =
        "--- /jobs/harbor.yaml\n+++ /jobs/harbor.yaml\n@@ -9,0 +10 @@\n+    processes: 3\n"
    }
    return report
  }

  private func text(_ report: AdviceReport) -> String {
    AdviceText.text(report, width: nil, isColored: false)
  }

  @Test func `an advice is a line for each stage, what it follows from, and the edit`() {
    Golden.expect(text(report()), "advice.txt")
    Golden.expect(Console.json(report()), "advice.json")
  }

  @Test func `what bounds an advice is said in a sentence`() {
    #expect(text(report(idleCores: 0.2)).contains("totals: the machine has no core for more\n"))
    #expect(text(report(idleCores: 0.2)).hasSuffix("nothing is to be changed\n"))
    let groups = report { $0.scaling = ScaleLimit(2, .keyGroups) }
    #expect(
      text(groups).contains("totals: each of the 2 key groups ('key_groups') belongs to one\n")
    )
    let hot = report {
      let owner = InstanceID("totals", 0)
      $0.hottest = HotKeys.Key(["c1"], share: 0.45, error: 0, instance: owner)
    }
    #expect(
      text(hot).contains(
        "totals: key 'c1' alone has 45.0 % of its rows, more than one process takes: "
          + "2 are of use at most\n"
      )
    )
  }

  @Test func `what is too short or cannot be edited is said`() {
    let short = report { $0.isWhole = false }
    #expect(
      text(short).hasSuffix(
        "too short to conclude anything: look for longer, with '--measure'\n"
      )
    )
    #expect(short.edit == nil)
    var other = report()
    other.edit = nil
    other.unedited = [AdviceReport.Unedited(stage: "totals", reason: .variable)]
    other.fault = "no edit: cannot read it"
    #expect(
      text(other).hasSuffix(
        """
        totals: write 'processes: 3' yourself, a variable gives the number
        no edit: cannot read it

        """
      )
    )
  }

  @Test(arguments: ["", "0s", "2d", "ten"]) func `a time to look for is a time`(_ text: String) {
    #expect(AdviceTime(argument: text) == nil)
    #expect(AdviceTime(argument: "90s")?.nanoseconds == 90_000_000_000)
  }
}
