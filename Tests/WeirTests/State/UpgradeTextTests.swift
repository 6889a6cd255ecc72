import Testing
import WeirCore
import WeirTopology

@testable import Weir

/// What is said of state that goes from one topology to another.
struct UpgradeTextTests {
  private static let old = """
    weir: 1
    name: shop
    sources:
      orders:
        file: { path: orders-*.jsonl }
        schema: { id: string, customer: string, amount: decimal(2), at: timestamp }
        event_time: at
    operators:
      sums:
        from: orders
        key: customer
        window: { tumbling: 1h }
        aggregate: { n: count(), total: sum(amount) }
      visits:
        from: orders
        key: customer
        window: { session: 30m }
        aggregate: { n: count() }
      days:
        from: orders
        key: customer
        window: { tumbling: 1d }
        aggregate: { n: count() }
      hours:
        from: orders
        key: id
        window: { tumbling: 1h }
        aggregate: { n: count() }
        processes: 2
    sinks:
      sums_out: { from: sums, discard: {} }
      visits_out: { from: visits, discard: {} }
      days_out: { from: days, discard: {} }
      hours_out: { from: hours, discard: {} }
    """

  private static let new = """
    weir: 1
    name: shop
    sources:
      orders:
        file: { path: orders-*.jsonl }
        schema: { id: string, customer: string, amount: decimal(2), note: string, at: timestamp }
        event_time: at
    operators:
      sums:
        from: orders
        key: customer
        window: { tumbling: 1h }
        aggregate: { n: count(), most: max(amount) }
      stays:
        from: orders
        key: customer
        window: { session: 30m }
        aggregate: { n: count() }
      days:
        from: orders
        key: customer
        window: { tumbling: 1d, offset: 8h }
        aggregate: { n: count() }
      hours:
        from: orders
        key: id
        window: { tumbling: 1h }
        aggregate: { n: count() }
        processes: 5
      big:
        from: orders
        where: amount > 100
    sinks:
      sums_out: { from: sums, discard: {} }
      stays_out: { from: stays, discard: {} }
      days_out: { from: days, discard: {} }
      hours_out: { from: hours, discard: {} }
      big_out: { from: big, discard: {} }
    """

  private static func plan(_ old: String, _ new: String) throws -> UpgradePlan {
    func job(_ text: String) throws -> JobPlan {
      let context = TopologyContext(path: "shop.yaml", base: "/base", environment: [:])
      return try Topology.compile(text, in: context).plan
    }
    let after = try job(new)
    return UpgradePlan(
      from: try job(old).outlines,
      to: after.outlines,
      renames: after.renames,
      bytes: ["sums": 2048, "visits": 5_000_000, "days": 100, "hours": 70_000]
    )
  }

  @Test func `a difference is a table, and what has to be answered`() throws {
    let lines = UpgradeText.lines(try Self.plan(Self.old, Self.new), width: nil, isColored: false)
    Golden.expect(lines.joined(separator: "\n") + "\n", "diff.txt")
  }

  @Test func `what a run refuses is told with what would let it begin`() throws {
    let plan = try Self.plan(Self.old, Self.new)
    var text = ""
    for dropping in [[], ["visits"], ["visits", "days"], ["days", "orders"], ["nobody"]] {
      text += "# dropping \(dropping)\n"
      do throws(WeirError) {
        try UpgradeRefusal(plan).check(dropping: dropping)
        text += "begins\n" + UpgradeText.notes(plan).map { "  \($0)\n" }.joined()
      } catch {
        text += ErrorText.lines(error, isColored: false).joined(separator: "\n") + "\n"
      }
    }
    Golden.expect(text, "refusals.txt")
  }
}
