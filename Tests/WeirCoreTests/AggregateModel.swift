import WeirColumns
import WeirCore
import WeirExpressions

/// Aggregates over plain arrays of rows: what the operator's results are compared with.
enum AggregateModel {
  static func result(_ spec: AggregateSpec, _ rows: [TestRow]) -> TestValue? {
    var rows = rows
    if let filter = spec.filter { rows = rows.filter { $0.values[filter] == .word(1) } }
    guard let argument = spec.argument, let type = spec.argumentType else {
      return .word(Int64(rows.count))
    }
    rows = rows.filter { $0.values[argument] != nil }
    let values = rows.compactMap { $0.values[argument] }
    switch spec.function {
    case .count: return .word(Int64(values.count))
    case .countDistinct: return .word(Int64(Set(values).count))
    case .minimum: return values.min(by: TestValue.precedes)
    case .maximum: return values.max(by: TestValue.precedes)
    case .first: return edge(rows, argument) { $0 < $1 }
    case .last: return edge(rows, argument) { $0 > $1 }
    case .sum, .average, .deviation:
      return values.isEmpty ? nil : number(spec.function, values, type)
    }
  }

  private static func edge(
    _ rows: [TestRow],
    _ argument: Int,
    _ comesFirst: (Int64, Int64) -> Bool
  ) -> TestValue? {
    rows.min { left, right in
      guard left.time == right.time, let first = left.values[argument],
        let second = right.values[argument]
      else { return comesFirst(left.time, right.time) }
      return TestValue.precedes(first, second)
    }?.values[argument]
  }

  private static func number(
    _ function: AggregateFunction,
    _ values: [TestValue],
    _ type: ColumnType
  ) -> TestValue? {
    let count = Double(values.count)
    let doubles = values.map { value in
      switch value {
      case .float(let double): double
      case .word(let word): Double(word)
      case .text: 0.0
      }
    }
    let power: Double = if case .decimal(let scale) = type { scale == 2 ? 100 : 1 } else { 1 }
    let sum = doubles.reduce(0, +)
    switch function {
    case .sum:
      return type == .float ? .float(sum) : .word(Int64(sum))
    case .average where type == .duration:
      return .word(Int64((sum / count).rounded(.toNearestOrAwayFromZero)))
    case .average:
      return .float(sum / count / power)
    default:
      guard values.count > 1 else { return nil }
      let mean = sum / count
      let squares = doubles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return .float((squares / (count - 1)).squareRoot() / power)
    }
  }
}
