import WeirColumns

/// A port for rows that are taken out of the stream: their columns, and behind them what is said of
/// each, in words.
final class DivertedRows {
  private let port: PortPlan?
  private let outlets: [Outlet]
  private let all = SelectionBuffer(capacity: 16)

  init(_ port: PortPlan?) {
    self.port = port
    outlets = (port?.outlets ?? []).map { Outlet($0) }
  }

  /// Sends the selected rows of a batch, if somebody reads the port.
  ///
  /// `words` has a list for each column behind theirs, by position in the selection.
  func push(
    _ batch: Batch,
    _ rows: Selection,
    _ words: [[String]],
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    guard let port, rows.count > 0 else { return }
    let diverted = Batch(port.schema, capacity: rows.count)
    for (column, origin) in zip(diverted.columns, batch.columns) {
      column.append(origin, rows, used: 0)
    }
    diverted.appendStamps(batch, rows)
    for (column, texts) in zip(diverted.columns[batch.columns.count...], words) {
      for (position, text) in texts.enumerated() { column.append(text: text, at: position) }
    }
    diverted.count = rows.count
    let everything = all.all(rows.count)
    for outlet in outlets { try outlet.push(diverted, everything, &outputs) }
  }
}
