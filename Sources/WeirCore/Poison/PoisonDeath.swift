/// The end of a process in the middle of work on rows, that may have come of one of them.
struct PoisonDeath: Hashable, Sendable {
  let mark: WorkMark
  let cause: PoisonSearch.Cause
  /// How it came, for people.
  let reason: String

  /// Signals by which a process dies of what it does, as Linux numbers them.
  ///
  /// SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS.
  private static let faults: [Int32] = [4, 5, 6, 7, 8, 11, 31]
  /// SIGKILL: of the system for its memory, of people, or of the coordinator.
  private static let kill: Int32 = 9
  /// What the coordinator says of a process that hangs, before it kills it.
  private static let hangCode = "E424"

  /// Nil if no row can have caused it: the process has said why it ends, or was asked to.
  init?(_ mark: WorkMark, _ end: ProcessEnd, lastWords: WeirError?) {
    if let lastWords, lastWords.code != Self.hangCode { return nil }
    switch end {
    case _ where lastWords != nil: cause = .kill
    case .exited(let code) where code != 0: cause = .fault
    case .killed(let signal) where Self.faults.contains(signal): cause = .fault
    case .killed(Self.kill): cause = .kill
    case .exited, .killed: return nil
    }
    self.mark = mark
    let worker = mark.kind.worker
    reason = lastWords == nil ? "its \(worker) died of it: \(end)" : "its \(worker) hung on it"
  }
}
