import WeirColumns

/// Turns rows into the bytes of records: one kind of writer for each format.
///
/// Columns are written in schema order; those whose names begin with `_` are left out.
package protocol RecordWriter: AnyObject {
  var schema: Schema { get }

  /// Appends what stands before the first record of a file; nothing in JSON lines.
  func writeHeader(into buffer: TextBuffer)

  /// Appends the selected rows of a batch of that schema, or all rows. O(rows x columns + bytes).
  func write(_ batch: Batch, _ rows: Selection?, into buffer: TextBuffer)
}
