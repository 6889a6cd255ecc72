import WeirColumns

/// How partial aggregates travel: a batch of its own schema beside the rows of an edge.
///
/// Each row stands for rows of one key and one pane of time:
///
///     the key columns, as in the input
///     _pane     timestamp   where the pane begins
///     _rows     int         how many rows it stands for
///     ...                   the state of each aggregate but `count()`, which is `_rows`
///
/// A state that owns no bytes is its own columns, a number of 128 bits being two: that costs little
/// more than copying them. One that does is a column of bytes, as the aggregate encodes it.
package struct CombinedForm: Sendable {
  /// A column of a state, as it lies in a chunk.
  enum Part: Hashable, Sendable {
    /// One byte a slot.
    case byte(offset: Int)
    /// Eight bytes a slot.
    case word(offset: Int)
    /// Sixteen bytes a slot: two columns, the low half first.
    case pair(offset: Int)
    /// Whatever the aggregate encodes: one column of bytes.
    case encoded
  }

  package let schema: Schema
  /// Columns of the key, which come first.
  let keyWidth: Int

  /// Nil if partial aggregates would not say the same as the rows.
  package init?(
    _ window: WindowSpec,
    _ aggregates: [AggregateSpec],
    keyColumns: [Int],
    input: Schema
  ) {
    guard Self.obstacle(window, aggregates) == nil else { return nil }
    var fields = keyColumns.map { input.fields[$0] }
    keyWidth = fields.count
    fields.append(Field("_pane", .timestamp))
    fields.append(Field("_rows", .int))
    let set = AggregateSet(aggregates, shift: 0, arenas: GroupArenas(keyGroups: 1))
    for (number, member) in set.members.enumerated() {
      for part in Self.parts(of: member, slots: 1) {
        switch part {
        case .byte: fields.append(Field("_\(number)", .bool))
        case .word: fields.append(Field("_\(number)", .int))
        case .pair: fields += [Field("_\(number)", .int), Field("_\(number)", .int)]
        case .encoded: fields.append(Field("_\(number)", .bytes))
        }
      }
    }
    schema = Schema(fields, eventTime: keyWidth)
  }

  /// Why partial aggregates would not say the same as the rows, in words; nil if they would.
  package static func obstacle(_ window: WindowSpec, _ aggregates: [AggregateSpec]) -> String? {
    switch window.shape {
    case .tumbling, .sliding: break
    case .session: return "which rows are one session is not known before all of them are there"
    case .running: return "a running aggregate gives a row for each row that comes"
    }
    let call = aggregates.first { !$0.isIndependentOfGrouping }
    return call.map {
      "'\($0.function.rawValue)' of floats depends on the order in which they are added"
    }
  }

  /// The column that says how many rows each stands for.
  var rowsColumn: Int { keyWidth + 1 }
  /// The first column of states.
  var firstState: Int { keyWidth + 2 }

  /// How many rows a batch of partial aggregates stands for; O(its rows).
  package func rows(of partials: Batch) -> UInt64 {
    let counts = partials.columns[rowsColumn].words
    var sum: UInt64 = 0
    for row in 0..<partials.count { sum &+= UInt64(bitPattern: counts[row]) }
    return sum
  }

  /// The columns of an aggregate's state, at their offsets from where it begins in a chunk.
  static func parts(of member: AggregateSet.Member, slots: Int) -> [Part] {
    guard let aggregate = member.aggregate else { return [] }
    guard !aggregate.ownsBytes else { return [.encoded] }
    var offset = 0
    return aggregate.columnWidths.map { width in
      defer { offset += width * slots }
      switch width {
      case 1: return .byte(offset: offset)
      case 8: return .word(offset: offset)
      case 16: return .pair(offset: offset)
      default: preconditionFailure("a state column of \(width) bytes")
      }
    }
  }
}

extension KeyedPlan {
  /// How partial aggregates travel to the operator; nil: only rows do.
  package var combinedForm: CombinedForm? {
    combine == .never ? nil : CombinedForm(window, aggregates, keyColumns: key, input: input)
  }
}

extension AggregateSpec {
  /// False where the result depends on what is added to what first.
  package var isIndependentOfGrouping: Bool {
    switch function {
    case .sum, .average, .deviation: argumentType != .float
    case .count, .countDistinct, .minimum, .maximum, .first, .last: true
    }
  }
}

extension JobPlan {
  /// How partial aggregates travel along an edge, by edge; nil: only rows do.
  package var combinedForms: [CombinedForm?] {
    edges.map { edge in
      guard case .keyed(let plan) = stages[edge.to].role else { return nil }
      return plan.combinedForm
    }
  }
}
