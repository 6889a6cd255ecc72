/// What the coordinator tells an instance.
package enum CoordinatorMessage: Hashable, Sendable, Codable {
  /// Become this instance; answered by `bound`.
  case assign(Assignment)
  /// Begin anew at an epoch; answered by `rewound`.
  case rewind(Rewind)
  /// Make ready for another layout; answered by `reshaped`.
  case reshape(Reshape)
  /// What goes over to the instance in that layout; answered by `joined`.
  case inherit(Round, InstanceSnapshot)
  /// All of the region have answered: rows may flow.
  case go(Round)
  /// To sources: end the epoch here; the barrier goes on from there. The last one of a run also
  /// ends the reading.
  case checkpoint(Epoch, isLast: Bool)
  /// The epoch has failed: nobody need wait for its barriers.
  case abort(Epoch)
  /// To sinks: the epoch is complete, make this visible; answered by `committed`.
  case commit(Epoch, [PreparedOutput])
  /// To sources: the input ends here.
  case drain
  /// What an instance had died of lies before a complete checkpoint: whole batches again.
  case relax
  /// Exit.
  case leave
  /// Answered by `pong` with the same number, between two turns.
  case ping(UInt64)
}

/// Everything an instance needs to plan what the coordinator planned.
///
/// The plan is a pure function of the topology's text and these values, so the text travels and not
/// the plan; fingerprints are compared in the first frame of each channel.
package struct Assignment: Hashable, Sendable, Codable {
  package var instance: InstanceID
  package var incarnation: Incarnation
  /// The path of the topology file, for messages.
  package var path: String
  /// The folder that relative paths are relative to.
  package var base: String
  /// The topology's text.
  package var text: String
  /// Where sockets lie.
  package var runFolder: String
  /// Number of partitions of a source, and their names (files), in order; empty for others.
  package var partitions: [String]
  /// When the run started: processing time of `clock` columns without a start.
  package var startedAt: WallTime
  /// What the run keeps lies there; nil: no checkpoints are taken.
  package var stateFolder: String?

  package init(
    instance: InstanceID,
    incarnation: Incarnation,
    path: String,
    base: String,
    text: String,
    runFolder: String,
    partitions: [String],
    startedAt: WallTime,
    stateFolder: String? = nil
  ) {
    self.instance = instance
    self.incarnation = incarnation
    self.path = path
    self.base = base
    self.text = text
    self.runFolder = runFolder
    self.partitions = partitions
    self.startedAt = startedAt
    self.stateFolder = stateFolder
  }
}
