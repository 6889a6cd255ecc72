/// The steps of the protocols at which a test can kill a process: every one that leaves something
/// behind, in a file or with somebody else.
///
/// Only debug builds can be told to die (`FailpointOrder`); in a release build `reached` is empty.
package enum Failpoint: String, CaseIterable, Sendable {
  // MARK: An instance: its start and going back

  /// The process runs, and has said nothing.
  case started
  /// It has said hello.
  case greeted
  /// It was told what to become.
  case assigned
  /// It receives frames, and has not said so.
  case bound
  /// It was told where to begin.
  case rewindHeard = "rewind-heard"
  /// It is connected to its peers; nothing is restored.
  case linked
  /// Positions, output and the file of its state are looked at.
  case restoreBegun = "restore-begun"
  /// A piece of its state is back.
  case stateRead = "state-read"
  /// A part that became visible is withdrawn, and others perhaps not.
  case partWithdrawn = "part-withdrawn"
  /// Everything is back, and it has not said so.
  case restored
  /// It may begin.
  case goHeard = "go-heard"

  /// It was told of another layout, and is connected to the peers of both.
  case reshapeHeard = "reshape-heard"
  /// Its channels of the layout that comes are ready, and it has not said so.
  case reshapedOut = "reshaped-out"
  /// It was told what it takes over.
  case inheritHeard = "inherit-heard"
  /// It has taken over, and has not said so.
  case joinedOut = "joined-out"

  // MARK: An instance: flow and checkpoints

  /// A credit is on its way.
  case creditOut = "credit-out"
  /// A credit has arrived.
  case creditIn = "credit-in"
  /// It answers a heartbeat.
  case pinged
  /// A source was told to end the epoch.
  case checkpointHeard = "checkpoint-heard"
  /// The barrier has left on one channel, and on others perhaps not.
  case barrierOut = "barrier-out"
  /// A source was told that its input ends here.
  case drainHeard = "drain-heard"
  /// A barrier has arrived.
  case barrierIn = "barrier-in"
  /// The state is marked.
  case marked
  /// Some of the marked state is with the system.
  case stateWritten = "state-written"
  /// The bytes of the state are durable, and the name of their file is not.
  case stateSynced = "state-synced"
  /// The file of the state is durable.
  case stateDurable = "state-durable"
  /// A sink is about to make its part durable.
  case prepareBegun = "prepare-begun"
  /// What a part has got so far has the number of a later epoch: the one that it was begun for has
  /// failed.
  case partRenumbered = "part-renumbered"
  /// The bytes of the part are durable, and its name is not.
  case partSynced = "part-synced"
  /// The part is durable and hidden.
  case partPrepared = "part-prepared"
  /// The snapshot is complete, and not reported.
  case reportOut = "report-out"
  /// A sink was told to show a part.
  case commitHeard = "commit-heard"
  /// The part has its final name, which is not durable.
  case partRenamed = "part-renamed"
  /// A part of an epoch that had failed has its final name, and that of the next one has not.
  case earlierPartRenamed = "earlier-part-renamed"
  /// The part is visible for good, and the coordinator does not know.
  case partCommitted = "part-committed"
  /// The epoch has failed.
  case abortHeard = "abort-heard"
  /// The work of the instance is done, and it has not said so.
  case finishedOut = "finished-out"
  /// It was told to exit.
  case leaveHeard = "leave-heard"

  // MARK: The coordinator

  /// The numbers stand beside their name.
  case numbersWritten = "numbers-written"
  /// Their bytes are durable.
  case numbersSynced = "numbers-synced"
  /// They have their name, which is not durable.
  case numbersRenamed = "numbers-renamed"
  /// They are durable, and nobody has used one.
  case numbersDurable = "numbers-durable"
  /// To begin anew, the state of the runs before is aside, and their output is not.
  case stateAside = "state-aside"
  /// A damaged checkpoint that was found before the start is put aside, and nothing is withdrawn.
  case manifestPassed = "manifest-passed"
  /// Before the start, a part that became visible is withdrawn, and others perhaps not.
  case partTakenBack = "part-taken-back"
  /// A process was started.
  case spawned
  /// A process was told what to become.
  case assignOut = "assign-out"
  /// One instance was told where to begin, and others not.
  case rewindOut = "rewind-out"
  /// An instance says that it is back.
  case rewoundIn = "rewound-in"
  /// One instance may begin, and others do not know.
  case goOut = "go-out"
  /// An instance says that the state of the last checkpoint is damaged.
  case damageIn = "damage-in"
  /// The checkpoint is put aside for good, and nothing is withdrawn.
  case manifestAside = "manifest-aside"
  /// One instance was told of another layout, and others not.
  case reshapeOut = "reshape-out"
  /// An instance is ready for another layout.
  case reshapedIn = "reshaped-in"
  /// One instance was told what it takes over.
  case inheritOut = "inherit-out"
  /// An instance has taken over.
  case joinedIn = "joined-in"
  /// One source was told that its input ends, and others do not know.
  case drainOut = "drain-out"
  /// One source was told to end the epoch.
  case checkpointOut = "checkpoint-out"
  /// An instance has reported.
  case reportIn = "report-in"
  /// The manifest stands beside its name.
  case manifestWritten = "manifest-written"
  /// Its bytes are durable.
  case manifestSynced = "manifest-synced"
  /// It has its name, which is not durable.
  case manifestRenamed = "manifest-renamed"
  /// The checkpoint is complete, and nobody knows.
  case manifestDurable = "manifest-durable"
  /// What was sent to the sinks in the epoch is noted, for the audit.
  case lineageNoted = "lineage-noted"
  /// One sink was told to show its part.
  case commitOut = "commit-out"
  /// A sink says that its part is visible.
  case committedIn = "committed-in"
  /// Older manifests are gone, and the files that only they named are not.
  case checkpointsDropped = "checkpoints-dropped"
  /// One instance was told that the epoch has failed.
  case abortOut = "abort-out"
  /// Rows that are to be kept from their operators stand beside the name of the list.
  case quarantineWritten = "quarantine-written"
  /// Their bytes are durable.
  case quarantineSynced = "quarantine-synced"
  /// The list has its name, which is not durable.
  case quarantineRenamed = "quarantine-renamed"
  /// It is durable, and nobody knows.
  case quarantineDurable = "quarantine-durable"
  /// All is visible, and the manifest does not say yet that the run has ended.
  case concluding
  /// The manifest says so, and the processes are still there.
  case concluded
  /// A process has ended.
  case exitSeen = "exit-seen"
  /// One instance was told to exit.
  case leaveOut = "leave-out"

  /// True if the coordinator takes the step, false if an instance does.
  package var isCoordinators: Bool {
    switch self {
    case .started, .greeted, .assigned, .bound, .rewindHeard, .linked, .restoreBegun, .stateRead,
      .partWithdrawn, .restored, .goHeard, .creditOut, .creditIn, .pinged, .checkpointHeard,
      .barrierOut, .drainHeard, .barrierIn, .marked, .stateWritten, .stateSynced, .stateDurable,
      .prepareBegun, .partRenumbered, .partSynced, .partPrepared, .reportOut, .commitHeard,
      .partRenamed, .earlierPartRenamed, .partCommitted, .abortHeard, .finishedOut, .leaveHeard,
      .reshapeHeard, .reshapedOut, .inheritHeard, .joinedOut:
      false
    case .numbersWritten, .numbersSynced, .numbersRenamed, .numbersDurable, .manifestPassed,
      .partTakenBack, .spawned, .assignOut, .rewindOut, .rewoundIn, .goOut, .damageIn,
      .manifestAside, .drainOut, .checkpointOut, .reportIn, .manifestWritten, .manifestSynced,
      .manifestRenamed, .manifestDurable, .lineageNoted, .commitOut, .committedIn,
      .checkpointsDropped, .abortOut, .quarantineWritten, .quarantineSynced, .quarantineRenamed,
      .quarantineDurable, .stateAside, .concluding, .concluded, .exitSeen, .leaveOut,
      .reshapeOut, .reshapedIn, .inheritOut, .joinedIn:
      true
    }
  }

  #if DEBUG
  /// Who decides whether the process dies at a step; nil in a process that nobody told to.
  ///
  /// Written once, before the first step, and used by the one thread that takes all steps.
  package nonisolated(unsafe) static var watch: FailpointWatch?

  /// Says that the step is taken: does not return if it is the one to die at.
  package func reached() { Self.watch?.reached(self) }
  #else
  /// Nothing: no release build can be told to die.
  @inlinable package func reached() {}
  #endif
}
