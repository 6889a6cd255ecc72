/// What reaches the coordinator; a process is known by its incarnation.
package enum CoordinatorEvent: Hashable, Sendable {
  /// Begin: start every instance.
  case started
  case messageReceived(Incarnation, InstanceMessage)
  /// The operating system says that a process has ended; `mark`: what it was working on.
  case exited(Incarnation, ProcessEnd, mark: WorkMark? = nil)
  case spawnFailed(Incarnation, WeirError)
  /// What `.writeNumbers` asked for is durable.
  case numbersWritten
  /// It is not.
  case numbersFailed(WeirError)
  /// What `.writeManifest` asked for is durable: the checkpoint is complete.
  case manifestWritten(Epoch)
  /// It is not, as far as is known.
  case manifestFailed(Epoch, WeirError)
  /// What `.setAside` asked for is durable: nobody will go back to that checkpoint any more.
  case manifestSetAside(Epoch)
  /// It is not, as far as is known.
  case setAsideFailed(Epoch, WeirError)
  /// What `.writeQuarantine` asked for is durable.
  case quarantineWritten
  /// It is not.
  case quarantineFailed(WeirError)
  case signalled(StopSignal)
  /// A command asks to stop.
  case stopRequested(StopReason)
  /// A command wants a checkpoint that begins from now on.
  case checkpointRequested
  /// A deadline has passed.
  case ticked
}

/// How a process ended.
package enum ProcessEnd: Hashable, Sendable {
  case exited(code: Int32)
  case killed(signal: Int32)
}

extension ProcessEnd {
  /// Signals by which a process dies of what it does, as Linux numbers them.
  ///
  /// SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS.
  private static let faults: [Int32] = [4, 5, 6, 7, 8, 11, 31]

  /// True if the process was ended by a fault of its own that the system has answered.
  var isFault: Bool {
    if case .killed(let signal) = self { Self.faults.contains(signal) } else { false }
  }

  /// True if somebody else has ended it: people, or the system for its memory.
  var isForeign: Bool {
    if case .killed = self { !isFault } else { false }
  }
}

extension ProcessEnd: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .killed(let signal): "killed by signal \(signal)"
    }
  }
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
  /// Start a process for an instance; nil: a spare, which becomes one when it is assigned.
  case spawn(Incarnation, InstanceID?)
  /// Send what the process is to become: the composition fills in text and folders.
  case assign(Incarnation, InstanceID)
  case send(Incarnation, CoordinatorMessage)
  case kill(Incarnation)
  /// Make durable that these numbers are taken, in place of those before; answered by
  /// `.numbersWritten` or `.numbersFailed`.
  case writeNumbers(RunNumbers)
  /// Make the checkpoint complete by one atomic act; answered by `.manifestWritten` or
  /// `.manifestFailed`.
  case writeManifest(Manifest)
  /// Make durable that a checkpoint is not one any more; answered by `.manifestSetAside` or
  /// `.setAsideFailed`.
  case setAside(Epoch)
  /// Make durable which rows are kept from their operators, in place of those before; answered by
  /// `.quarantineWritten` or `.quarantineFailed`.
  case writeQuarantine([QuarantinedRow])
  /// Remove the manifests of these epochs, and then these files of state. Need not succeed.
  case delete([Epoch], files: [String])
  case say(RunNotice)
  /// No process is left: the run is over.
  case end(RunOutcome)
}

/// What people are told while a run goes on.
package enum RunNotice: Hashable, Sendable {
  case running(instances: Int)
  case progress(InstanceID, InstanceProgress)
  case finished(InstanceID)
  case stopping(StopReason)
  /// Nobody reads what the sink writes: the run is about to stop.
  case readerGone(InstanceID)
  case killing(instances: Int)
  /// Something that people should know; the run goes on.
  case warned(InstanceID, WeirError)
  case failed(InstanceID, WeirError)
  /// The state folder cannot be used, or the checkpoints fail: the run ends.
  case stateFailed(WeirError)
  /// An instance has failed and will be replaced.
  case died(InstanceID, WeirError)
  /// So many instances go back to that epoch.
  case rewinding(instances: Int, to: Epoch)
  /// They are at work again.
  case recovered(instances: Int, to: Epoch)
  /// A region is as far as it was before its failures, or before the run was stopped.
  case caughtUp(Recovery)
  /// A checkpoint is complete, so many nanoseconds after it was opened.
  case checkpointed(Epoch, nanoseconds: Int64)
  /// A checkpoint that was complete is damaged; the run goes back to the one before.
  case checkpointBroken(Epoch, WeirError)
  /// The output of a complete checkpoint is visible.
  case committed(CheckpointTimes)
  /// A checkpoint has failed; the run goes on.
  case checkpointFailed(Epoch, WeirError)
}

/// How a run ended; the words are those of summaries.
package enum RunOutcome: String, Hashable, Sendable, Codable {
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
