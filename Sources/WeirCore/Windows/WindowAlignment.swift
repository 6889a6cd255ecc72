/// The arithmetic of aligned windows: numbers of panes and windows, and their times.
///
/// Window e is [e x every + offset - size, e x every + offset); pane p is the time in
/// [p x every + offset, (p + 1) x every + offset). Times beyond 2^60 microseconds from 1970 (year
/// 38,000) count as just there, so that nothing here overflows.
struct WindowAlignment {
  let size: Int64
  let every: Int64
  /// 0 <= offset < every.
  let offset: Int64
  let lateness: Int64
  /// Panes of a window.
  let panes: Int64

  private static let farthestTime: Int64 = 1 << 60
  private static let farthestWatermark: Int64 = 1 << 61

  init(size: Int64, every: Int64, offset: Int64, lateness: Int64) {
    precondition(size > 0 && every > 0 && size % every == 0, "a window of \(size) every \(every)")
    precondition(
      size < Self.farthestTime / 4 && lateness < Self.farthestTime / 4,
      "a window of \(size) with lateness \(lateness)"
    )
    precondition(
      size / every <= Int64(WindowLimits.panesOfWindow),
      "a window of \(size) every \(every)"
    )
    self.size = size
    self.every = every
    self.offset = Self.floorRemainder(offset, every)
    self.lateness = lateness
    panes = size / every
  }

  private static func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
    let rest = value % divisor
    return rest < 0 ? rest + divisor : rest
  }

  private func floorQuotient(_ value: Int64) -> Int64 {
    let quotient = value / every
    return value % every < 0 ? quotient - 1 : quotient
  }

  /// The pane of an event time.
  @inline(__always)
  func pane(_ time: Int64) -> Int64 {
    let clamped = min(max(time, -Self.farthestTime), Self.farthestTime)
    return floorQuotient(clamped - offset)
  }

  /// Whether rows can have made a pane of all windows from `first` to `last`.
  func canHold(_ first: Int64, _ last: Int64) -> Bool {
    let farthest = pane(.max) + panes
    return first <= last && first > pane(.min) && last <= farthest && last - first < panes
  }

  /// The start of a pane, which is the end of the window of that number.
  @inline(__always)
  func time(_ pane: Int64) -> Int64 { pane * every + offset }

  /// The last window that fires at a watermark.
  func fired(_ watermark: Int64) -> Int64 {
    floorQuotient(Self.clampedWatermark(watermark) - offset)
  }

  /// The last window that is closed for rows judged by a watermark.
  @inline(__always)
  func closed(_ watermark: Int64) -> Int64 {
    floorQuotient(Self.clampedWatermark(watermark) - lateness - offset)
  }

  private static func clampedWatermark(_ watermark: Int64) -> Int64 {
    min(max(watermark, -farthestWatermark), farthestWatermark)
  }
}
