/// The order to go over to another layout of the run, behind the barrier of an epoch.
///
/// Everybody makes the channels of the new layout beside those that are in use, in a generation of their
/// own, and says so; then the epoch is opened. Whoever has marked it turns to the new channels, and
/// nothing of the old layout comes after its barrier. If the epoch fails, all go back.
package struct Reshape: Hashable, Sendable, Codable {
  package var round: Round
  package var epoch: Epoch
  package var layout: RunLayout
  /// Of all channels of the new layout.
  package var generation: Generation
  /// Where the instances receive that this one exchanges frames with in either layout.
  package var peers: [Peer]
  /// True for an instance that takes something over: it begins anew from what it is given at the epoch.
  package var begins: Bool
  /// Rows that are kept from their operators.
  package var quarantine: [QuarantinedRow]

  package init(
    round: Round,
    epoch: Epoch,
    layout: RunLayout,
    generation: Generation,
    peers: [Peer],
    begins: Bool,
    quarantine: [QuarantinedRow] = []
  ) {
    self.round = round
    self.epoch = epoch
    self.layout = layout
    self.generation = generation
    self.peers = peers
    self.begins = begins
    self.quarantine = quarantine
  }
}
