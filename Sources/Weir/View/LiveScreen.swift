import WeirCore
import WeirPOSIX

/// The live view on standard error: drawn over itself a few times a second.
struct LiveScreen: Sendable {
  private let isColored: Bool
  private var linesDrawn = 0
  private var drawnAt: Instant?

  private static let pauseNanoseconds: Int64 = 200_000_000

  init(isColored: Bool) { self.isColored = isColored }

  /// Draws the state, unless that was done a moment ago.
  mutating func show(_ state: RunState, at now: Moment) {
    if let drawnAt, now.instant.nanoseconds - drawnAt.nanoseconds < Self.pauseNanoseconds { return }
    drawnAt = now.instant
    let lines = PictureText.lines(
      state.picture(at: now),
      width: Terminal.width(.error),
      isColored: isColored
    )
    // Each line is erased to its end: the one before it may have been longer.
    let text = lines.map { "\($0)\u{1b}[K\n" }.joined()
    Console.write(upwards + "\r" + text + "\u{1b}[J", to: .error)
    linesDrawn = lines.count
  }

  /// Writes a warning above what is drawn, where it stays.
  mutating func warn(_ error: WeirError, _ instance: InstanceID) {
    clear()
    drawnAt = nil
    let detail = error.detail.map { ": \($0)" } ?? ""
    Console.write("warning[\(error.code)]: \(instance): \(error.message)\(detail)\n", to: .error)
  }

  /// Erases what was drawn.
  mutating func clear() {
    guard linesDrawn > 0 else { return }
    Console.write(upwards + "\r\u{1b}[J", to: .error)
    linesDrawn = 0
  }

  private var upwards: String { linesDrawn > 0 ? "\u{1b}[\(linesDrawn)A" : "" }
}
