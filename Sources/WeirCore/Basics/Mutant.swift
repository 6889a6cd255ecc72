/// Bugs planted on purpose, to see that the simulator finds them.
///
/// Only a build with `-D MUTANTS` (`ops/simulate --mutants`) can choose one; in any other build
/// `isActive` is false as a constant, and what asks for it is compiled away.
package enum Mutant: String, CaseIterable, Sendable {
  /// A barrier is passed on when the first channel has delivered it.
  case noAlignment
  /// A channel that has delivered its barrier is not held back.
  case channelNotHeld
  /// Rows that were gathered are not sent before the barrier.
  case barrierOvertakesRows
  /// The coordinator completes an epoch without the last report.
  case reportNotAwaited
  /// Output is made visible before the manifest is durable.
  case commitBeforeManifest
  /// Numbers of epochs are not made durable.
  case epochReused
  /// Frames of older generations are taken.
  case generationUnchecked
  /// A rewind does not raise the generation.
  case generationKept
  /// A gap in the sequence is passed over.
  case gapIgnored
  /// Frames leave before all others are restored.
  case sendsBeforeGo
  /// A credit is granted and not sent.
  case creditLost
  /// A credit counts on top of the one before.
  case creditTwice
  /// Output of an epoch that failed is forgotten.
  case failedOutputDropped
  /// The end of a channel goes before the rows that were gathered.
  case endBeforeRows
  /// A finished instance does not pass barriers.
  case finishedInstanceSilent
  /// A source goes on where it is, not where the checkpoint was.
  case positionKept
  /// The times that a partition has seen are forgotten.
  case clockForgotten
  /// The counters go on instead of going back.
  case countersKept
  /// The state is not restored.
  case stateForgotten
  /// After a failed snapshot the next one builds on it.
  case failedSnapshotTrusted
  /// A checkpoint that is still needed is deleted.
  case deletedTooEarly
  /// What was not visible when a coordinator died is not asked for again.
  case commitNotResumed
  /// The region goes back while the manifest is being written.
  case recordingNotAwaited
  /// The final epoch is not waited for.
  case leavesBeforeFinalEpoch
  /// A report of an epoch that is not open is taken.
  case staleReportTaken
  /// A process that hangs is replaced while it lives.
  case hangIgnored
  /// A snapshot is reported before its output is durable.
  case reportBeforeDurable
  /// Whoever writes says that it is durable before it is.
  case ackBeforeSync
  /// Frames leave before all others are restored, and those that are not yet pass them over.
  case futureFrameIgnored
  /// A session fires when the watermark is at its end, though a row of that time may still come.
  case sessionFiredAtEnd
  /// Output of the next epoch is prepared while that of the one before may still fail.
  case preparesOverlap
  /// A barrier does not bring the watermark.
  case barrierWithoutTime
  /// A snapshot of an instance that has inherited its state builds on what others have written.
  case inheritedTrusted
  /// An instance keeps the key groups that are others' from now on.
  case groupsKept
  /// Credit is given to a sender that has not turned to the new channels, and is lost on it.
  case creditBeforeTurn
  /// What instances have counted that are gone is forgotten.
  case sumsForgotten
  /// A row is taken for one that kills because somebody was killed with it in hand once.
  case killNamesRow
  /// A process starts again before it is durable what is kept from it.
  case quarantineNotAwaited
  /// What became visible after the checkpoint that is gone back to is not withdrawn.
  case partNotWithdrawn
  /// What was sent along each channel is counted anew from where the run goes on.
  case sentForgotten
  /// What was sent goes on being counted instead of going back.
  case sentKept
  /// What was read of a partition is counted anew from where the run goes on.
  case readForgotten
  /// A partial aggregate counts as one row.
  case combinedCountedOnce
  /// Partial aggregates of all panes of a batch go to the first of them.
  case panesMerged
  /// Rows that windows have fired without are added up with the others.
  case lateRowsCombined

  #if MUTANTS
  // Written once, before the first node is made.
  package nonisolated(unsafe) static var chosen: Mutant?

  /// True if this bug is planted.
  package var isActive: Bool { Self.chosen == self }
  #else
  /// True if this bug is planted.
  package var isActive: Bool { false }
  #endif
}
