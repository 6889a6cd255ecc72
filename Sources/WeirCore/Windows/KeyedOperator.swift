import WeirColumns

/// What kind of rows a call of `emit` has appended; one call appends one kind.
package enum ResultKind: Hashable, Sendable {
  /// A window's result, when the watermark passes it; for a running aggregate each total.
  case onTime
  /// A fired window's result after a late row, or a result taken back.
  case update
  /// A preliminary result.
  case early
}

/// The answer of `emit`.
package enum Emission: Hashable, Sendable {
  /// Nothing is left to emit.
  case none
  /// Rows of that kind, perhaps none, were appended; call again.
  case rows(ResultKind)
}

/// A filter over result rows: the node's evaluator of `having`.
package protocol RowFilter: AnyObject {
  /// The columns of the operator's output that `select` looks at; others may be unset.
  var columns: [Int] { get }
  /// The rows that pass, in memory of the filter's own that stays valid until the next call.
  func select(_ batch: Batch) -> Selection
}

/// Rows of a batch that came too late for every window they belong to.
package final class LateRows {
  private let buffer = SelectionBuffer(capacity: 64)
  private(set) package var count = 0
  /// How far each row's event time is behind the watermark it was judged by, in microseconds.
  private(set) package var lateness: [Int64] = []

  package init() {}

  /// The rows, valid until the next change.
  package var selection: Selection { Selection(indices: buffer.indices, count: count) }

  /// Forgets all rows and makes room for those of a batch.
  func reset(rows: Int) {
    buffer.reserve(rows)
    count = 0
    lateness.removeAll(keepingCapacity: true)
  }

  func append(_ row: Int, time: Int64, watermark: Int64) {
    buffer.indices[count] = UInt16(truncatingIfNeeded: row)
    count += 1
    let (difference, overflow) = watermark.subtractingReportingOverflow(time)
    lateness.append(overflow ? .max : difference)
  }
}

/// An operator with state by key: rows go in by `process`, watermarks by `advance`, and after
/// either the results are fetched by `emit` until it answers `none`.
///
/// Nothing else may be called while results are left. A thrown error leaves the state undefined:
/// the instance is restored.
package protocol KeyedOperator: AnyObject {
  /// Key columns, `window_start`, `window_end` (but for running aggregates), the aggregates, the
  /// marker columns that were asked for, and the hidden event time.
  var output: Schema { get }
  /// How far the event time of a result may be behind the watermark at which it had not fired yet,
  /// in microseconds: what the node says of time stays as far behind its inputs.
  var resultLag: Int64 { get }
  /// Filters results before they are sorted; nil lets all pass.
  var having: (any RowFilter)? { get set }
  /// Is told of results that `emit` computes, before it does; nil: nobody has to know.
  var firings: FiringGuard? { get set }
  /// Columns of the output that say which result it is: the key and the window.
  var identityWidth: Int { get }
  /// Bytes that the state takes.
  var stateBytes: Int { get }
  /// Keys that have state.
  var keyCount: Int { get }

  /// The keys that have the most of the rows that came lately; nil for an operator without a key.
  ///
  /// It is no part of the state, and is not restored. O(`Limits.hotKeyCounters`).
  func hotKeys(at now: Instant) -> HotKeyReport?

  /// Adds the rows of a batch, whose columns hold values and nulls but no errors.
  ///
  /// A row is judged by the greater of its stamp and `watermark`. Throws when a result does not fit
  /// its type or a limit is met.
  func process(_ batch: Batch, watermark: Watermark, late: LateRows) throws(WeirError)

  /// Adds partial aggregates, of the form that the plan of the operator says, in place of the rows that
  /// they stand for.
  ///
  /// Throws if they are of windows that have fired, or are none.
  func merge(_ partials: Batch, watermark: Watermark) throws(WeirError)

  /// Notes that the watermark has risen: what is due comes out of `emit`.
  func advance(to watermark: Watermark)

  /// Makes preliminary results of open windows that changed since the last time; they come out of
  /// `emit`.
  func requestEarly()

  /// Appends at most `maximumRows` results behind the rows of `batch`, whose schema is `output`.
  ///
  /// Results come in the order (window end, key).
  func emit(maximumRows: Int, into batch: Batch) throws(WeirError) -> Emission

  // MARK: Snapshots

  /// What the state is the state of.
  var description: StateDescription { get }
  /// The tables that the state consists of, to be asked at the mark: what earlier snapshots hold of
  /// others is not needed any more.
  var liveTables: [StateTable] { get }

  /// Marks the state as it is, when no results are left: what has changed since the last mark is
  /// then fetched by `writeSlice`, which must have ended before the next mark.
  ///
  /// Sections at the addresses are written whole, and with `isFull` all are; an address that has
  /// nothing any more is passed over. O(tables + key groups + what is written whole).
  func mark(rewriting addresses: [StateAddress], isFull: Bool)

  /// Appends sections of the marked state, whatever has happened to it since, until they hold
  /// `maximumBytes` (the last may go beyond) or nothing is left; returns true then.
  func writeSlice(maximumBytes: Int, into sections: inout [StateSection]) -> Bool

  /// Gives up the marked state, if it is not all written; the next mark is then a full one.
  func abandonSnapshot()

  /// Takes a section in, before any row: all of a snapshot in the order of the addresses, changes
  /// behind what they change; and of several snapshots, if no address is in two of them.
  ///
  /// Throws if it does not fit; the operator is then of no use.
  func restore(_ section: StateSection) throws(WeirError)

  /// Makes what snapshots do not hold, after the last section; O(state).
  func finishRestore() throws(WeirError)

  /// Forgets all keys but those of the groups that are kept, when no results and no slices are left;
  /// the next mark has to be a full one. O(state that goes).
  func keep(_ groups: [Bool])

  /// Checks the state against itself; O(state), for tests and the simulator.
  func checkInvariants()
}

extension KeyedOperator {
  package var resultLag: Int64 { 0 }

  package func merge(_ partials: Batch, watermark: Watermark) throws(WeirError) {
    preconditionFailure("partial aggregates for an operator that takes rows alone")
  }
}
