/// The failures of one instance that still count against `restarts`.
///
/// A failure counts until a checkpoint is complete that was not before it; one that the instance has
/// brought about itself counts for `within` besides, however many checkpoints are complete meanwhile:
/// what crashes a little more slowly than checkpoints come would else be started again for ever. What
/// comes from outside (a kill, a process that was stopped) says nothing against the topology once it
/// has got past it, so drills may go on for as long as anybody likes.
struct RestartBudget {
  /// One failure, as it is told of when they have become too many.
  private struct Failure {
    let at: Instant
    let cause: String
    /// Somebody or something else may have brought it about.
    let isForeign: Bool
    /// A checkpoint is complete since.
    var isPast = false
  }

  /// Oldest first; never more than one beyond `most`, since that ends the run.
  private var failures: [Failure] = []

  /// Failures that are told of one by one when they have become too many; of older ones the number.
  private static let told = 10

  /// How many count.
  var count: Int { failures.count }

  // MARK: Events

  /// Takes a failure, and forgets those that count no more.
  mutating func failed(
    _ error: WeirError,
    isForeign: Bool,
    at now: Instant,
    within: Int64
  ) {
    failures.removeAll {
      $0.isPast && now.nanoseconds - $0.at.nanoseconds > within
    }
    let cause = error.message + (error.detail.map { ": \($0)" } ?? "")
    failures.append(Failure(at: now, cause: cause, isForeign: isForeign))
  }

  /// A checkpoint is complete.
  mutating func checkpointed() {
    failures.removeAll(where: \.isForeign)
    for index in failures.indices { failures[index].isPast = true }
  }

  /// The last one was needed to find a row that kills, and does not count.
  mutating func forgiveLast() { _ = failures.popLast() }

  /// What had brought them about is found.
  mutating func clear() { failures.removeAll() }

  // MARK: Queries

  /// All that count, each with its cause and how long before the last one it was.
  func report() -> String {
    guard let last = failures.last else { return "" }
    let shown = failures.suffix(Self.told)
    var lines = shown.map { failure in
      let span = last.at.nanoseconds - failure.at.nanoseconds
      let when = span == 0 ? "the last time" : "\(Self.seconds(span)) before"
      return "\(when): \(failure.cause)"
    }
    if failures.count > shown.count {
      lines.insert("\(failures.count - shown.count) earlier ones", at: 0)
    }
    return lines.joined(separator: "; ")
  }

  /// Tenths of seconds.
  private static func seconds(_ nanoseconds: Int64) -> String {
    let tenths = nanoseconds / 100_000_000
    return "\(tenths / 10).\(tenths % 10) s"
  }
}
