/// What a command asks the coordinator of a run.
package enum ConsoleRequest: Hashable, Sendable {
  /// Answered by `status`.
  case status
  /// Answered by `accepted`; the run goes on until it has stopped.
  case stop(StopReason)
  /// Answered by `status` when the run has ended, with how.
  case end
}

/// What the coordinator answers.
package enum ConsoleReply: Hashable, Sendable {
  case status(JobStatus)
  case accepted
  /// Nothing was done.
  case refused(WeirError)
}
