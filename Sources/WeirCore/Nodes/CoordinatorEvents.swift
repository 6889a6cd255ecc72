/// What reaches the coordinator.
package enum CoordinatorEvent: Hashable, Sendable {
  /// Begin: start every instance.
  case started
  case messageReceived(InstanceID, InstanceMessage)
  /// The operating system says that a process has ended.
  case exited(InstanceID, ProcessEnd)
  case spawnFailed(InstanceID, WeirError)
  case signalled(StopSignal)
  /// A deadline has passed.
  case ticked
}

/// How a process ended.
package enum ProcessEnd: Hashable, Sendable {
  case exited(code: Int32)
  case killed(signal: Int32)
}

/// What asks the run to stop: a signal, or what SIGPIPE stands for.
package enum StopSignal: String, Hashable, Sendable {
  case interrupt
  case terminate
  case hangup
  /// Whoever read standard output has gone, so rows can no longer be delivered: a sink tells.
  case pipe
}

/// What the coordinator wants done, in order.
package enum CoordinatorEffect: Hashable, Sendable {
  case spawn(InstanceID)
  /// Send what the instance is to become: the composition fills in text and folders.
  case assign(InstanceID)
  case send(InstanceID, CoordinatorMessage)
  case kill(InstanceID)
  case say(RunNotice)
  /// No process is left: the run is over.
  case end(RunOutcome)
}

/// What people are told while a run goes on.
package enum RunNotice: Hashable, Sendable {
  case running(instances: Int)
  case progress(InstanceID, InstanceProgress)
  case finished(InstanceID)
  case stopping(StopSignal)
  case killing(instances: Int)
  /// Something that people should know; the run goes on.
  case warned(InstanceID, WeirError)
  case failed(InstanceID, WeirError)
}

/// How a run ended.
package enum RunOutcome: Hashable, Sendable {
  case finished
  /// On request, by SIGTERM, SIGHUP or a command.
  case stopped
  /// By Ctrl-C.
  case interrupted
  /// Whoever read standard output has gone.
  case unread
  case failed

  /// The exit code of `weir run`.
  package var exitCode: Int32 {
    switch self {
    case .finished, .stopped: 0
    case .failed: 1
    case .interrupted: 130
    // As a shell has it for a program that SIGPIPE has ended.
    case .unread: 141
    }
  }
}
