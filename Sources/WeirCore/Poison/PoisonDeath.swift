/// The end of a process in the middle of work on rows, that may have come of one of them.
struct PoisonDeath: Hashable, Sendable {
  let mark: WorkMark
  let cause: PoisonSearch.Cause
  /// How it came, for people.
  let reason: String

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
    case .killed where end.isFault: cause = .fault
    case .killed(Self.kill): cause = .kill
    case .exited, .killed: return nil
    }
    self.mark = mark
    let worker = mark.kind.worker
    reason = lastWords == nil ? "its \(worker) died of it: \(end)" : "its \(worker) hung on it"
  }
}
