import WeirCore
import WeirExpressions

extension CheckedStage.KeyedBody {
  /// What the aggregates mean, in the words of the file.
  var outline: AggregateOutline {
    // Of the results the key comes first, then the window, then the calls.
    let before = key.count + (window.shape == .running ? 0 : 2)
    return AggregateOutline(
      calls: calls.map(\.outline),
      columns: aggregates.map { column in
        AggregateOutline.Column(
          column.name,
          column.expression.text,
          calls: column.expression.columnsUsed.map { $0 - before }.filter {
            calls.indices.contains($0)
          }
        )
      }
    )
  }
}

extension AggregateCall {
  fileprivate var outline: String {
    let filter = filter.map { " filter (where \($0.text))" } ?? ""
    return "\(function.rawValue)(\(argument?.text ?? ""))\(filter)"
  }
}
