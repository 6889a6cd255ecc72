import WeirColumns
import WeirExpressions

/// Expressions as column kernels.
enum ExpressionScenarios {
  static let all = [
    scenario("expression-text-equal", "status = 'DECLINED'"),
    scenario("expression-decimal-compare", "amount_usd > 100"),
    scenario("expression-arithmetic", "amount_usd * 2 + 1"),
    scenario("expression-boolean", "status = 'APPROVED' and (amount_usd > 10 or amount_usd < 2)"),
    scenario("expression-case", "case when amount_usd > 100 then 1 else 0 end"),
    scenario("expression-like-prefix", "card_token like 'c01%'"),
    scenario("expression-date-trunc", "date_trunc('hour', terminal_ts)"),
    scenario("expression-in", "merchant_id in ('m0001', 'm0002', 'm0003')"),
  ]

  private static func scenario(_ name: String, _ text: String) -> Scenario {
    Scenario(name: name) {
      var faults: [ExpressionFault] = []
      guard
        let expression = Checker(ColumnScope(HarborRows.schema)).check(text, faults: &faults)
      else { preconditionFailure("\(text): \(faults)") }
      let evaluator = ExpressionEvaluator(expression)
      let batches = HarborRows.batches(8, cards: 100_000)
      return {
        var rows = 0
        for _ in 0..<32 {
          for batch in batches {
            _ = evaluator.evaluate(batch.columns, count: batch.count)
            rows += batch.count
          }
        }
        return rows
      }
    }
  }
}
