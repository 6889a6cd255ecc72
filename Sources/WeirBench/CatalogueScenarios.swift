import WeirColumns
import WeirExpressions

/// Every scalar function, operator and cast of the catalogue, one scenario each.
///
/// All run over one batch again and again: what an engine's step reads lies in the cache too.
enum CatalogueScenarios {
  /// One measured expression.
  private struct Case {
    /// The scenario's name without what all have in common.
    let name: String
    let text: String
    /// How often the batch is evaluated; few times where a row costs a microsecond.
    var turns = 128
  }

  static let all = (casts + functions + forms).map(scenario)

  private static let casts = [
    Case(name: "cast-bool-string", text: "cast(flag as string)"),
    Case(name: "cast-int-string", text: "cast(quantity as string)"),
    Case(name: "cast-int-milliseconds-string", text: "cast(epoch as string)"),
    Case(name: "cast-decimal-string", text: "cast(cents as string)"),
    Case(name: "cast-float-string", text: "cast(price as string)"),
    Case(name: "cast-float-long-string", text: "cast(ratio as string)", turns: 16),
    Case(name: "cast-timestamp-string", text: "cast(time as string)"),
    Case(name: "cast-duration-string", text: "cast(wait as string)"),
    Case(name: "cast-string-bool", text: "cast(flag_text as bool)"),
    Case(name: "cast-string-int", text: "cast(quantity_text as int)"),
    Case(name: "cast-string-int-milliseconds", text: "cast(epoch_text as int)"),
    Case(name: "cast-string-decimal", text: "cast(cents_text as decimal(2))"),
    Case(name: "cast-string-float", text: "cast(price_text as float)"),
    Case(name: "cast-string-timestamp", text: "cast(time_text as timestamp)"),
    Case(name: "cast-string-duration", text: "cast(wait_text as duration)", turns: 16),
    Case(name: "cast-string-bytes", text: "cast(card as bytes)"),
    Case(name: "cast-bytes-string", text: "cast(raw as string)"),
    Case(name: "cast-json-string", text: "cast(document as string)"),
    Case(name: "cast-bool-int", text: "cast(flag as int)"),
    Case(name: "cast-int-decimal", text: "cast(quantity as decimal(2))"),
    Case(name: "cast-int-float", text: "cast(quantity as float)"),
    Case(name: "cast-decimal-int", text: "cast(cents as int)"),
    Case(name: "cast-decimal-float", text: "cast(cents as float)"),
    Case(name: "cast-float-int", text: "cast(price as int)"),
    Case(name: "cast-float-decimal", text: "cast(price as decimal(2))"),
    Case(name: "try_cast-string-int", text: "try_cast(quantity_text as int)"),
  ]

  private static let functions = [
    Case(name: "lower", text: "lower(card)"),
    Case(name: "upper", text: "upper(card)"),
    Case(name: "trim", text: "trim(card)"),
    Case(name: "ltrim", text: "ltrim(card)"),
    Case(name: "rtrim", text: "rtrim(card)"),
    Case(name: "length", text: "length(card)"),
    Case(name: "substring", text: "substring(card, 2, 4)"),
    Case(name: "concat", text: "concat(card, '-', merchant)"),
    Case(name: "replace", text: "replace(card, 'c', 'k')"),
    Case(name: "replace-longer", text: "replace(time_text, ':', ' : ')"),
    Case(name: "replace-word", text: "replace(line, 'APPROVED', 'yes')"),
    Case(name: "split_part", text: "split_part(line, ',', 2)"),
    Case(name: "split_part-first", text: "split_part(time_text, 'T', 1)"),
    Case(name: "split_part-word", text: "split_part(line, ',m', 2)"),
    Case(name: "starts_with", text: "starts_with(card, 'c01')"),
    Case(name: "regexp_like", text: "regexp_like(card, '^c[0-9]+$')", turns: 1),
    Case(name: "regexp_extract", text: "regexp_extract(card, '[0-9]+')", turns: 1),
    Case(name: "date_trunc", text: "date_trunc('month', time)"),
    Case(name: "extract-hour", text: "extract(hour from time)"),
    Case(name: "extract-week", text: "extract(week from time)"),
    Case(name: "to_timestamp", text: "to_timestamp(epoch)"),
    Case(name: "to_timestamp-string", text: "to_timestamp(time_text)"),
    Case(name: "epoch_ms", text: "epoch_ms(time)"),
    Case(name: "format_timestamp", text: "format_timestamp(time, '%Y-%m-%d %H:%M')"),
    Case(name: "format_timestamp-full", text: "format_timestamp(time, '%F %T.%L')"),
    Case(name: "format_timestamp-epoch", text: "format_timestamp(time, '%s')"),
    Case(name: "abs", text: "abs(cents)"),
    Case(name: "round", text: "round(cents, 1)"),
    Case(name: "floor", text: "floor(price)"),
    Case(name: "ceil", text: "ceil(cents)"),
    Case(name: "mod", text: "mod(quantity, 7)"),
    Case(name: "div", text: "div(quantity, 7)"),
    Case(name: "power", text: "power(price, 1.5)"),
    Case(name: "sqrt", text: "sqrt(price)"),
    Case(name: "least", text: "least(cents, 100)"),
    Case(name: "greatest", text: "greatest(cents, 100)"),
    Case(name: "if", text: "if(flag, cents, 0)"),
    Case(name: "coalesce", text: "coalesce(sparse, 0)"),
    Case(name: "nullif", text: "nullif(quantity, 1)"),
  ]

  private static let forms = [
    Case(name: "case", text: "case when cents > 100 then 1 when flag then 2 else 0 end"),
    Case(name: "add", text: "cents + 1.25"),
    Case(name: "subtract", text: "time - wait"),
    Case(name: "multiply", text: "cents * quantity"),
    Case(name: "divide", text: "cents / 3"),
    Case(name: "remainder", text: "quantity % 7"),
    Case(name: "join", text: "card || merchant"),
    Case(name: "equal", text: "card = 'c012345'"),
    Case(name: "unequal", text: "card <> merchant"),
    Case(name: "less", text: "cents < 100"),
    Case(name: "less-or-equal", text: "time <= timestamp '2026-01-01T00:00:00Z'"),
    Case(name: "greater", text: "price > 100"),
    Case(name: "greater-or-equal", text: "card >= 'c05'"),
    Case(name: "and", text: "flag and cents > 100"),
    Case(name: "or", text: "flag or cents > 100"),
    Case(name: "not", text: "not flag"),
    Case(name: "is-null", text: "sparse is null"),
    Case(name: "between", text: "cents between 100 and 200"),
    Case(name: "in", text: "card in ('c012345', 'c000001', 'c000002')"),
    Case(name: "like", text: "card like '%45'"),
    Case(name: "like-inner", text: "card like 'c%1%5'", turns: 16),
  ]

  private static func scenario(_ measured: Case) -> Scenario {
    Scenario(name: "catalogue-" + measured.name) {
      var faults: [ExpressionFault] = []
      let checker = Checker(ColumnScope(CatalogueRows.schema))
      guard let expression = checker.check(measured.text, faults: &faults) else {
        preconditionFailure("\(measured.text): \(faults)")
      }
      let evaluator = ExpressionEvaluator(expression)
      let batch = CatalogueRows.batch()
      return {
        for _ in 0..<measured.turns { _ = evaluator.evaluate(batch.columns, count: batch.count) }
        return measured.turns * batch.count
      }
    }
  }
}
