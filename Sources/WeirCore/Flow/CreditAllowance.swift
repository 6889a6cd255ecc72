/// The sender's side of credit: how much may be sent, and how much was.
///
/// Allowances are cumulative, so a lost or doubled credit changes nothing. A frame is sent while any
/// credit is in hand; it may overdraw by its own size, so that no frame is too large to travel.
package struct CreditAllowance: Hashable, Sendable {
  /// Bytes that may have been sent in all.
  package private(set) var allowed: UInt64 = 0
  /// Bytes that were sent in all.
  package private(set) var sent: UInt64 = 0
  /// Frames that the receiver has taken from its socket.
  package private(set) var acknowledged: UInt64 = 0

  package init() {}

  package var hasCredit: Bool { sent < allowed }

  /// Notes what a credit frame says; older ones change nothing.
  package mutating func grant(_ allowance: UInt64, acknowledging frames: UInt64) {
    allowed = Mutant.creditTwice.isActive ? allowed + allowance : max(allowed, allowance)
    acknowledged = max(acknowledged, frames)
  }

  package mutating func spend(_ bytes: Int) {
    precondition(hasCredit, "sent without credit: \(sent) of \(allowed)")
    sent += UInt64(bytes)
  }
}

/// The receiver's side of credit: what it can hold, and at most what it drains in the time
/// that `Limits.creditNanoseconds` says.
package struct CreditGrant: Hashable, Sendable {
  /// The most that the channel may hold here, its share of the instance's budget.
  private let budget: Int
  private let least: Int
  private var window: Int
  /// Bytes taken from the queue by the operator, in all.
  private var drained: UInt64 = 0
  private var granted: UInt64 = 0
  private var acknowledged: UInt64 = 0
  private var wantsAcknowledgement = false
  private var measuredSince: Instant?
  private var measuredBytes = 0

  /// `first`: how much may come before anything is drained, if that is another amount than later.
  package init(budget: Int, flow: FlowBudget = FlowBudget(), first: Int? = nil) {
    least = flow.leastCredit
    self.budget = max(budget, least)
    window = max(first ?? 0, min(self.budget, flow.firstCredit))
  }

  /// Notes a frame taken from the socket; one that needs an answer gets it with the next credit.
  package mutating func received(sequence: UInt64, needsAnswer: Bool) {
    acknowledged = sequence + 1
    if needsAnswer { wantsAcknowledgement = true }
  }

  /// Notes rows taken from the queue, and measures how fast.
  package mutating func drained(_ bytes: Int, at now: Instant) {
    drained += UInt64(bytes)
    measuredBytes += bytes
    guard let since = measuredSince else {
      measuredSince = now
      return
    }
    let elapsed = now.nanoseconds - since.nanoseconds
    guard elapsed >= Limits.drainWindowNanoseconds else { return }
    let rate = Double(measuredBytes) / Double(elapsed)
    let drainable = Int(rate * Double(Limits.creditNanoseconds))
    window = min(budget, max(drainable, least))
    measuredSince = now
    measuredBytes = 0
  }

  /// The credit to send now, if it is worth a frame: a quarter of the window, or an answer owed.
  package mutating func next() -> (allowance: UInt64, acknowledged: UInt64)? {
    let target = max(granted, drained + UInt64(window))
    guard wantsAcknowledgement || target - granted >= UInt64(max(window / 4, 1)) else { return nil }
    granted = target
    if Mutant.creditLost.isActive, acknowledged % 7 == 5 { return nil }
    wantsAcknowledgement = false
    return (granted, acknowledged)
  }
}
