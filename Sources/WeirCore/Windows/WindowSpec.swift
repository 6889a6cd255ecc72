/// Over which rows an operator aggregates.
///
/// All lengths of time are in microseconds.
package struct WindowSpec: Hashable, Sendable {
  package enum Shape: Hashable, Sendable {
    /// Windows side by side, aligned to 1970-01-01T00:00Z plus the offset.
    case tumbling(size: Int64, offset: Int64 = 0)
    /// Windows that start `every` so often; `size` is a multiple of it.
    case sliding(size: Int64, every: Int64, offset: Int64 = 0)
    /// Rows of a key no more than `gap` apart.
    case session(gap: Int64)
    /// No window: the total so far.
    case running
  }

  package var shape: Shape
  /// How long a window that has fired takes late rows and fires again.
  package var allowedLateness: Int64
  /// Whether preliminary results are asked for.
  package var early: Bool

  package init(_ shape: Shape, allowedLateness: Int64 = 0, early: Bool = false) {
    precondition(allowedLateness >= 0, "an allowed lateness of \(allowedLateness)")
    self.shape = shape
    self.allowedLateness = allowedLateness
    self.early = early
  }
}

/// Bounds of the window operators.
package enum WindowLimits {
  /// The most panes that one window may consist of: size / every.
  package static let panesOfWindow = 16_384
  /// The most panes that may hold rows at once; more come only of times far ahead of the watermark.
  package static let livePanes = 65_536
  /// Slots that one call of `emit` looks at before it returns.
  static let slotsOfStep = 65_536
  /// Bytes that results may take which are made at a time: fewer rows where values are long.
  static let resultBytes = 32 << 20
  /// Candidates that are filtered, and survivors that are sorted, at a time.
  static let runLength = 8192
}
