import WeirColumns

/// One sender instance to one receiver instance, along an edge.
package struct ChannelPlan: Hashable, Sendable {
  package var id: ChannelID
  package var edge: EdgeIndex
  package var sender: InstanceID
  package var receiver: InstanceID
}

extension ChannelID {
  /// Bits of a number that say which receiver it is, and which of the edge's senders.
  private static let (receiverBits, senderBits): (UInt32, UInt32) = (10, 12)

  /// The number of a channel, whatever other processes there are: `sender` counts the instances of an
  /// edge's senders, one of each stage in turn.
  package init(edge: EdgeIndex, sender: Int, receiver: Int) {
    precondition(
      edge < Limits.edges && sender < Limits.senders && receiver < Limits.processes,
      "no channel number for sender \(sender) and receiver \(receiver) of edge \(edge)"
    )
    self.init(
      UInt32(edge) << (Self.senderBits + Self.receiverBits)
        | UInt32(sender) << Self.receiverBits | UInt32(receiver)
    )
  }

  /// The edge that the channel is one of.
  package var edge: EdgeIndex { EdgeIndex(number >> (Self.senderBits + Self.receiverBits)) }

  fileprivate var sender: Int { Int(number >> Self.receiverBits) & (1 << Self.senderBits - 1) }
  fileprivate var receiver: Int { Int(number & (1 << Self.receiverBits - 1)) }
}

extension JobPlan {
  /// The channel of that number, whether it has both ends in this layout or not; nil if there is no
  /// such edge.
  package func channel(_ id: ChannelID) -> ChannelPlan? {
    guard id.edge < edges.count, !edges[id.edge].senders.isEmpty else { return nil }
    let edge = edges[id.edge]
    let (index, place) = id.sender.quotientAndRemainder(dividingBy: edge.senders.count)
    return ChannelPlan(
      id: id,
      edge: id.edge,
      sender: InstanceID(stages[edge.senders[place]].name, index),
      receiver: InstanceID(stages[edge.to].name, id.receiver)
    )
  }

  /// All instances, in the order of their stages.
  package var instances: [InstanceID] {
    stages.flatMap { stage in (0..<stage.processes).map { InstanceID(stage.name, $0) } }
  }

  /// All channels, by edge, sender, receiver.
  package var channels: [ChannelPlan] {
    var channels: [ChannelPlan] = []
    for (index, edge) in edges.enumerated() {
      let receivers = stages[edge.to]
      for (place, stage) in edge.senders.enumerated() {
        for sender in 0..<stages[stage].processes {
          for receiver in 0..<receivers.processes {
            channels.append(
              ChannelPlan(
                id: ChannelID(
                  edge: index,
                  sender: place + sender * edge.senders.count,
                  receiver: receiver
                ),
                edge: index,
                sender: InstanceID(stages[stage].name, sender),
                receiver: InstanceID(receivers.name, receiver)
              )
            )
          }
        }
      }
    }
    return channels
  }

  /// The instances that an instance exchanges frames with, in order, each once.
  package func peers(of instance: InstanceID) -> [InstanceID] {
    var peers: [InstanceID] = []
    for channel in channels {
      if channel.sender == instance, !peers.contains(channel.receiver) {
        peers.append(channel.receiver)
      }
      if channel.receiver == instance, !peers.contains(channel.sender) {
        peers.append(channel.sender)
      }
    }
    return peers
  }

  /// The instances that are connected by channels, directly or not: what must go back together.
  ///
  /// As positions in `instances`, ascending, in the order of their first members; O(channels²).
  package var regions: [[Int]] {
    let instances = instances
    var region = Array(instances.indices)
    for channel in channels {
      guard let sender = instances.firstIndex(of: channel.sender),
        let receiver = instances.firstIndex(of: channel.receiver)
      else { continue }
      let (kept, merged) = (
        min(region[sender], region[receiver]), max(region[sender], region[receiver])
      )
      for index in region.indices where region[index] == merged { region[index] = kept }
    }
    return instances.indices.filter { region[$0] == $0 }.map { first in
      instances.indices.filter { region[$0] == first }
    }
  }
}
