import WeirColumns
import WeirExpressions

/// A source: what it reads is the edge's matter (`connector` is opaque here), time is ours.
package struct SourcePlan: Sendable {
  /// What its records hold, all columns in order, with the event time if the file names one.
  package var schema: Schema
  /// The columns somebody needs, as the main port has them: positions in `schema`.
  package var needed: [Int]
  package var time: TimePlan
  package var onBadRecord: BadRecordPolicy
  /// Rows per second in all, for paced sources.
  package var rate: Double?
  package var connector: SourceConnector

  package init(
    schema: Schema,
    needed: [Int],
    time: TimePlan,
    onBadRecord: BadRecordPolicy,
    rate: Double? = nil,
    connector: SourceConnector
  ) {
    self.schema = schema
    self.needed = needed
    self.time = time
    self.onBadRecord = onBadRecord
    self.rate = rate
    self.connector = connector
  }
}

/// How event time is taken and watermarks are made.
package struct TimePlan: Hashable, Sendable {
  /// False: the time of reading is the event time.
  package var isEventTime: Bool
  /// Microseconds that the watermark stays behind the highest event time of its partition.
  package var lag: Int64 = 0
  /// Microseconds without a row after which a partition is left out.
  package var idleAfter: Int64?
  /// Microseconds that a time may be ahead of all before it and of the clock.
  package var maxAhead: Int64?

  package init(isEventTime: Bool) { self.isEventTime = isEventTime }
}

/// What happens to a record that does not parse.
package enum BadRecordPolicy: String, Hashable, Sendable, CaseIterable {
  case fail
  case skip
  case divert
}

/// An operator without state that has processes of its own.
package struct StatelessPlan: Sendable {
  /// What its processes do to arriving rows; nil: it was done at the senders.
  package var work: RowWorkPlan?

  package init(work: RowWorkPlan?) { self.work = work }
}

/// An operator with keyed state.
package struct KeyedPlan: Sendable {
  package var window: WindowSpec
  package var aggregates: [AggregateSpec]
  /// The key, as columns of the input.
  package var key: [Int]
  package var input: Schema
  /// A filter over the operator's result rows.
  package var having: TypedExpression?
  /// `select`, over the operator's result rows; its error policy is that of `having` too.
  package var results: RowWorkPlan
  /// Microseconds of processing time between preliminary results.
  package var earlyEvery: Int64?
  /// Whether its senders add rows up before they send them, where that changes no result.
  package var combine: CombineMode
  /// What the aggregates mean, in the words of the file.
  package var outline: AggregateOutline
  /// Puts an operator into another one, as the harness does which stops and restores it.
  package var wrapping: (@Sendable (@escaping () -> any KeyedOperator) -> any KeyedOperator)?

  package init(
    window: WindowSpec,
    aggregates: [AggregateSpec],
    key: [Int],
    input: Schema,
    having: TypedExpression?,
    results: RowWorkPlan,
    earlyEvery: Int64? = nil,
    combine: CombineMode = .auto,
    outline: AggregateOutline = AggregateOutline()
  ) {
    self.window = window
    self.aggregates = aggregates
    self.key = key
    self.input = input
    self.having = having
    self.results = results
    self.earlyEvery = earlyEvery
    self.combine = combine
    self.outline = outline
  }
}

/// A sink: where rows go is the edge's matter.
package struct SinkPlan: Sendable {
  package var connector: SinkConnector
  package var delivery: Delivery

  package init(connector: SinkConnector, delivery: Delivery = .exactlyOnce) {
    self.connector = connector
    self.delivery = delivery
  }
}
