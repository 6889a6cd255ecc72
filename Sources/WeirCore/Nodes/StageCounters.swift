/// What became of the rows of a stage: lineage, so it goes back with the state.
///
/// For every operator: counted + filtered + late + rejected + errors = rows read.
package struct StageCounters: Hashable, Sendable, Codable {
  /// Rows that came in, before any filter; records read, for a source.
  package var rowsIn: UInt64 = 0
  /// Rows that went out on the main port; rows written, for a sink.
  package var rowsOut: UInt64 = 0
  /// Rows that `where` took out.
  package var filtered: UInt64 = 0
  /// Rows that reached the operator's state, or went on, if it has none.
  package var counted: UInt64 = 0
  package var late: UInt64 = 0
  package var rejected: UInt64 = 0
  package var errors: UInt64 = 0
  /// Rows among `errors` that were kept from the operator because they kill it; records among
  /// `rejected`, for a source.
  package var quarantined: UInt64 = 0
  /// Result rows that `having` took out.
  package var withheld: UInt64 = 0
  /// Of the rows that went out, those that are no on-time results: updates and preliminary ones.
  package var updates: UInt64 = 0

  package init() {}

  /// Rows of the stage that an instance has had in hand: those that came in, where they are counted,
  /// or those that came to its own process.
  package var seen: UInt64 { max(rowsIn, counted + late + errors) }

  /// Rows, records or results of the stage that an instance has had in hand; results are those that
  /// went out, did not pass `having`, or failed.
  package func seen(_ kind: WorkKind) -> UInt64 {
    switch kind {
    case .row, .record: seen
    case .firing, .result: rowsOut + withheld + errors
    }
  }

  package static func += (left: inout StageCounters, right: StageCounters) {
    left.rowsIn += right.rowsIn
    left.rowsOut += right.rowsOut
    left.filtered += right.filtered
    left.counted += right.counted
    left.late += right.late
    left.rejected += right.rejected
    left.errors += right.errors
    left.quarantined += right.quarantined
    left.withheld += right.withheld
    left.updates += right.updates
  }
}
