/// What the coordinator tells an instance.
package enum CoordinatorMessage: Hashable, Sendable, Codable {
  /// Become this instance; answered by `bound`.
  case assign(Assignment)
  /// Connect to these peers; answered by `linked`.
  case link([Peer])
  /// All are linked: rows may flow.
  case go
  case stop(StopReason)
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
  package var generation: Generation
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

  package init(
    instance: InstanceID,
    incarnation: Incarnation,
    generation: Generation,
    path: String,
    base: String,
    text: String,
    runFolder: String,
    partitions: [String],
    startedAt: WallTime
  ) {
    self.instance = instance
    self.incarnation = incarnation
    self.generation = generation
    self.path = path
    self.base = base
    self.text = text
    self.runFolder = runFolder
    self.partitions = partitions
    self.startedAt = startedAt
  }
}

/// Another instance, and where it receives.
package struct Peer: Hashable, Sendable, Codable {
  package var instance: InstanceID
  package var endpoint: String

  package init(instance: InstanceID, endpoint: String) {
    self.instance = instance
    self.endpoint = endpoint
  }
}
