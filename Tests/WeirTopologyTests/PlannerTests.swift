import Testing
import WeirColumns
import WeirCore
import WeirTopology

@Suite struct PlannerTests {
  private func compile(_ text: String) throws(TopologyFaults) -> Topology {
    try Topology.compile(
      text,
      in: TopologyContext(path: "t.yaml", base: "/data", environment: [:])
    )
  }

  private let source = """
    weir: 1
    name: fleet
    sources:
      payments:
        file: { path: payments.jsonl }
        format: json
        schema:
          auth_id: string
          card_token: string
          status: string
          amount_usd: decimal(2)
          terminal_ts: timestamp
        event_time: terminal_ts
        watermark: { lag: 45s }

    """

  @Test func `only columns that somebody needs travel`() throws {
    let topology = try compile(
      source + """
        operators:
          spend:
            from: payments
            where: status = 'APPROVED'
            key: card_token
            window: { tumbling: 60m }
            aggregate: { total: sum(amount_usd * 2), rows: count() }
            having: total > 2000
        sinks:
          alerts: { from: spend, stdout: {}, format: json }
        """
    )
    let plan = topology.plan
    #expect(plan.stages.map(\.name) == ["payments", "spend", "alerts"])
    #expect(plan.stages.map(\.processes) == [1, 1, 1])
    #expect(
      plan.edges[0].schema.fields.map(\.name) == ["card_token", "_argument0", "terminal_ts"]
    )
    #expect(
      plan.edges[1].schema.fields.map(\.name)
        == ["card_token", "window_start", "window_end", "total", "rows"]
    )
    guard case .source(let read) = plan.stages[0].role else {
      Issue.record("no source")
      return
    }
    #expect(read.needed == [1, 2, 3, 4])
  }

  @Test func `an operator without state runs in its sender`() throws {
    let topology = try compile(
      source + """
        operators:
          fast:
            from: payments
            let: { cents: amount_usd * 100 }
            where: cents > 5
            select: [card_token, cents]
          faster:
            from: fast
            where: cents > 10
        sinks:
          out: { from: faster, stdout: {}, format: json }
        """
    )
    #expect(topology.plan.stages.map(\.processes) == [1, 0, 0, 1])
    #expect(topology.plan.edges.count == 1)
    #expect(topology.plan.edges[0].senders == [0])
    #expect(topology.plan.edges[0].schema.fields.map(\.name) == ["card_token", "cents"])
    #expect(topology.remarks.filter { $0.severity == .note }.count >= 2)
  }

  @Test func `readers of late rows get the columns they want`() throws {
    let topology = try compile(
      source + """
        operators:
          spend:
            from: payments
            key: card_token
            window: { tumbling: 60m }
            aggregate: { rows: count() }
        sinks:
          alerts: { from: spend, discard: {} }
          late: { from: spend.late, stdout: {}, format: json }
        """
    )
    let late = topology.plan.edges.first { $0.from == "spend.late" }
    #expect(
      late?.schema.fields.map(\.name)
        == ["auth_id", "card_token", "status", "amount_usd", "terminal_ts", "lateness"]
    )
  }

  @Test func `faults of meaning are all told at once, under the offending word`() {
    let text =
      source + """
        operators:
          spend:
            from: paymnts
            key: card_tokn
          other:
            from: payments
            where: statu = 'X' and amount_usd > 'five'
            key: card_tokn
            window: { tumbling: 1m }
            aggregate: { n: sum(status) }
        sinks:
          out: { from: [other.lat, spend], discard: {} }
        """
    do throws(TopologyFaults) {
      _ = try compile(text)
      Issue.record("no faults")
    } catch {
      let found = error.diagnostics.filter { $0.severity == .error }.map {
        "\($0.location.line):\($0.location.column) \($0.message)"
      }
      #expect(found.count >= 5, "\(found)")
    }
  }
}
