/// The order to begin anew at an epoch: at the start of a run, after a failure, on resuming.
///
/// The first of two phases: the instance drops what is queued and gathered, restores, and connects to
/// its peers; nothing leaves before `go`, since the peers may not have heard of the generation yet.
package struct Rewind: Hashable, Sendable, Codable {
  package var round: Round
  /// Nil: from the very beginning.
  package var snapshot: InstanceSnapshot?
  /// Of the run; nil: as the topology says.
  package var layout: RunLayout?
  /// Of all channels of the region.
  package var generation: Generation
  /// Where the instances receive that this one exchanges frames with.
  package var peers: [Peer]
  /// True when the rate of a paced source is counted from now on, not from where it was.
  package var beginsPace: Bool
  /// How closely the instance notes what it works on, until it is told to relax.
  package var care: WorkCare
  /// Rows that are kept from their operators.
  package var quarantine: [QuarantinedRow]
  /// How far a source had read, as far as the coordinator knows; nil for others.
  package var rowsRead: Int?

  package init(
    round: Round,
    snapshot: InstanceSnapshot? = nil,
    layout: RunLayout? = nil,
    generation: Generation,
    peers: [Peer] = [],
    beginsPace: Bool = false,
    care: WorkCare = .usual,
    quarantine: [QuarantinedRow] = [],
    rowsRead: Int? = nil
  ) {
    self.round = round
    self.snapshot = snapshot
    self.layout = layout
    self.generation = generation
    self.peers = peers
    self.beginsPace = beginsPace
    self.care = care
    self.quarantine = quarantine
    self.rowsRead = rowsRead
  }

  /// The epoch to begin at.
  package var epoch: Epoch { snapshot?.epoch ?? .none }
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
