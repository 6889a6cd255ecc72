/// Which channels have delivered the barrier of an epoch: they are held back until all have.
struct Alignment: Hashable, Sendable {
  /// The epoch being aligned; nil: none.
  private(set) var epoch: Epoch?
  /// The newest epoch that is through, whether it was aligned or aborted: barriers up to it say
  /// nothing any more.
  private(set) var newest = Epoch.none
  private var hasDelivered: [Bool]
  private var missing = 0

  init(channels: Int) { hasDelivered = [Bool](repeating: false, count: channels) }

  /// True if nothing may be taken from the channel for now.
  func holds(_ channel: Int) -> Bool {
    epoch != nil && hasDelivered[channel] && !Mutant.channelNotHeld.isActive
  }

  /// Notes a barrier; true when it was the last one that was missing.
  ///
  /// One of a newer epoch ends an older alignment: the older epoch cannot complete any more.
  mutating func deliver(_ barrier: Epoch, on channel: Int) -> Bool {
    guard barrier > newest else { return false }
    if epoch.map({ $0 < barrier }) ?? true { begin(barrier) }
    guard epoch == barrier, !hasDelivered[channel] else { return false }
    hasDelivered[channel] = true
    missing -= 1
    guard missing == 0 || Mutant.noAlignment.isActive else { return false }
    end(barrier)
    return true
  }

  /// Ends the alignment of an epoch that has failed, and of those before it.
  mutating func abort(_ failed: Epoch) {
    guard failed > newest else { return }
    if let epoch, epoch > failed {
      newest = failed
    } else {
      end(failed)
    }
  }

  private mutating func begin(_ barrier: Epoch) {
    epoch = barrier
    missing = hasDelivered.count
    for index in hasDelivered.indices { hasDelivered[index] = false }
  }

  private mutating func end(_ barrier: Epoch) {
    epoch = nil
    newest = barrier
  }
}
