/// What a command asks the coordinator of a run.
package enum ConsoleRequest: Hashable, Sendable {
  /// Answered at once.
  case status
  /// Answered when the run has ended, by its last status; a command that does not wait may go away.
  case stop(StopReason)
  /// Answered when a checkpoint that begins from now on is complete and its output visible.
  case checkpoint
}

/// What the coordinator answers.
package enum ConsoleReply: Hashable, Sendable {
  case status(JobStatus)
  /// The checkpoint that was asked for is complete.
  case checkpoint(Epoch)
  /// Nothing was done.
  case refused(WeirError)
}
