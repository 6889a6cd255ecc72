import WeirCore

/// How an instance spends its time: at work, waiting for credit, or waiting for input.
struct TimeAccount {
  enum State {
    case busy
    case backpressured
    case idle
  }

  /// Nanoseconds.
  private(set) var busy: Int64 = 0
  private(set) var backpressured: Int64 = 0
  private(set) var idle: Int64 = 0
  private var state = State.idle
  private var since: Instant

  init(since now: Instant) { since = now }

  /// Ends the stretch that was going on and begins another.
  mutating func change(to next: State, at now: Instant) {
    let elapsed = now.nanoseconds - since.nanoseconds
    switch state {
    case .busy: busy += elapsed
    case .backpressured: backpressured += elapsed
    case .idle: idle += elapsed
    }
    state = next
    since = now
  }
}
