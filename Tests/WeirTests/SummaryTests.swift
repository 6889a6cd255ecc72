import Testing
import WeirCore

@testable import Weir

struct SummaryTests {
  private static let output = SinkOutput(sink: "alerts", path: "/data/out/alerts.jsonl")

  private static func summary(
    _ outcome: RunOutcome,
    _ state: RunState = SampleRun.state()
  ) -> RunSummary {
    RunSummary(state, outcome: outcome, outputs: [output], at: SampleRun.moment(2500))
  }

  @Test func `the summary adds up what every instance counted`() {
    let summary = Self.summary(.finished)
    #expect(
      summary.stages[1]
        == RunSummary.Stage(
          name: "large",
          kind: "operator",
          processes: 0,
          host: "payments",
          rowsIn: 5_000_000,
          rowsOut: 2_000_000,
          counted: 2_000_000,
          filtered: 3_000_000,
          late: 0,
          rejected: 0,
          errors: 0,
          withheld: 0
        )
    )
    #expect(summary.stages[0].peakMemoryBytes == 32 << 20)
    #expect(summary.cpuSeconds == 1.2)
  }

  @Test func `the text shows only counts that are not all zero`() {
    let text = SummaryText.text(Self.summary(.finished), width: nil, isColored: false)
    #expect(
      text == """
        harbor finished after 2.5 s, 1.2 s of processor time
        stage                  rows in   rows out   filtered     p50      p99    cpu    memory
        payments             5,000,000  5,000,000          0       -        -  1.0 s  32.0 MiB
        large (in payments)  5,000,000  2,000,000  3,000,000       -        -      -         -
        alerts               2,000,000  2,000,000          0  850 us  12.3 ms  0.2 s  16.0 MiB
        alerts wrote /data/out/alerts.jsonl

        """
    )
  }

  @Test func `rows that kill are told of with where they went`() {
    var summary = Self.summary(.finished)
    summary.stages[1].errors = 3
    summary.stages[1].quarantined = 3
    summary.stages[2].errors = 1
    summary.stages[2].quarantined = 1
    summary.stages[2].quarantinedTo = "alerts.poison"
    summary.stages[0].quarantined = 2
    summary.stages[0].quarantinedTo = "payments.rejected"
    let text = SummaryText.text(summary, width: nil, isColored: false)
    let records = "2 records that kill it were kept from it and sent to payments.rejected\n"
    #expect(text.contains("payments: \(records)"))
    #expect(text.contains("large: 3 rows that kill it were kept from it and dropped\n"))
    #expect(
      text.contains("alerts: 1 row that kills it was kept from it and sent to alerts.poison\n")
    )
  }

  @Test func `the JSON is the same for the same run`() {
    Golden.expect(Console.json(Self.summary(.finished)), "summary.json")
  }

  @Test func `a failed run names the instance and what it died of`() {
    var state = SampleRun.state()
    let error = WeirError(
      "E404",
      "'alerts/0' died",
      detail: "killed by signal 9",
      hint: "run again"
    )
    state.take(.failed(InstanceID("alerts", 0), error), at: SampleRun.moment(2400))
    let summary = Self.summary(.failed, state)
    #expect(summary.outcome == "failed")
    #expect(summary.failure == RunSummary.Failure(instance: "alerts/0", error: error))
    #expect(
      ErrorText.lines(error, instance: InstanceID("alerts", 0), isColored: false) == [
        "error[E404]: alerts/0: 'alerts/0' died", "  killed by signal 9", "  help: run again",
      ]
    )
  }
}
