/// How a region went back and came to work again, as the coordinator saw it: after failures, or at
/// the start of a run.
///
/// All times are points of the coordinator's monotonic clock, which is that of the whole machine.
package struct Recovery: Hashable, Sendable {
  /// What sent the region back.
  package struct Failure: Hashable, Sendable {
    package enum Cause: String, Hashable, Sendable, CaseIterable {
      /// The operating system said that the process has ended.
      case died
      /// It did not answer, and is killed.
      case hung
      /// It said itself that it cannot go on, and is killed.
      case failed
      /// Two live instances cannot reach each other.
      case channel
    }

    package var cause: Cause
    /// Nil for a channel.
    package var instance: InstanceID?
    /// The process that failed.
    package var incarnation: Incarnation?
    package var seenAt: Instant

    package init(
      _ cause: Cause,
      _ instance: InstanceID? = nil,
      _ incarnation: Incarnation? = nil,
      seenAt: Instant
    ) {
      self.cause = cause
      self.instance = instance
      self.incarnation = incarnation
      self.seenAt = seenAt
    }
  }

  /// An instance of the region.
  package struct Member: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
      case source
      case `operator`
      case sink
    }

    package var instance: InstanceID
    package var kind: Kind
    /// When its new process could receive; nil if it kept the process it had.
    package var boundAt: Instant?
    /// When it had gone back, and waited for the others.
    package var rewoundAt: Instant?
    /// Keyed state that it read.
    package var stateBytes: Int64 = 0
    /// When it took its first rows again, or was at the end of its input.
    package var rowsAt: Instant?
    /// When it had taken its last rows before; nil: not known.
    package var rowsBefore: Instant?
    /// Of a source: when it was as far as before.
    package var caughtUpAt: Instant?
    /// Of a source: rows that it read once more; nil: not known.
    package var replayed: Int?

    package init(_ instance: InstanceID, _ kind: Kind) {
      self.instance = instance
      self.kind = kind
    }
  }

  /// Counted up by a coordinator, over all regions.
  package var number: UInt64
  /// When the first failure was seen, or the run began to start.
  package var beganAt: Instant
  /// In the order in which they were seen; none at the start of a run.
  package var failures: [Failure]
  /// Where the region went back to.
  package var epoch = Epoch.none
  /// When all instances could be told where to begin, the last time.
  package var toldAt: Instant?
  /// When all had gone back and were told to go.
  package var goAt: Instant?
  package var members: [Member]

  package init(
    number: UInt64,
    beganAt: Instant,
    failures: [Failure] = [],
    members: [Member]
  ) {
    self.number = number
    self.beganAt = beganAt
    self.failures = failures
    self.members = members
  }

  /// When the last of the new processes could receive; nil if one cannot yet, or there is none.
  package var readyAt: Instant? {
    guard toldAt != nil else { return nil }
    return members.compactMap(\.boundAt).max()
  }

  /// Bytes of keyed state that were read, by all instances together.
  package var stateBytes: Int64 { members.reduce(0) { $0 + $1.stateBytes } }

  /// When the last of those that have taken rows again took its first ones; nil while no source has.
  package var runningAt: Instant? {
    guard goAt != nil else { return nil }
    let sources = members.filter { $0.kind == .source }
    guard sources.allSatisfy({ $0.rowsAt != nil }) else { return nil }
    return members.compactMap(\.rowsAt).max()
  }

  /// Instances that no row has reached since, such as those behind windows that are still open.
  package var withoutRows: [InstanceID] {
    members.filter { $0.rowsAt == nil }.map(\.instance)
  }

  /// When the first rows were at a sink again.
  package var outputAt: Instant? { sinks.compactMap(\.rowsAt).min() }

  /// When the last rows before were at a sink, as far as is known.
  package var outputBefore: Instant? { sinks.compactMap(\.rowsBefore).max() }

  /// When the sources were as far as before, and nothing was overdue; nil while they are not.
  package var caughtUpAt: Instant? {
    var latest: Instant?
    for member in members where member.kind == .source {
      guard let caughtUp = member.caughtUpAt else { return nil }
      latest = max(latest ?? caughtUp, caughtUp)
    }
    return latest
  }

  /// Rows that the sources read once more; nil while not all have said so, or where it is not known.
  package var replayed: Int? {
    var sum = 0
    for member in members where member.kind == .source {
      guard member.caughtUpAt != nil, let replayed = member.replayed else { return nil }
      sum += replayed
    }
    return sum
  }

  private var sinks: [Member] { members.filter { $0.kind == .sink } }
}
