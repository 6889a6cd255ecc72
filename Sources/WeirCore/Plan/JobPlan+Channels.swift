import WeirColumns

/// One sender instance to one receiver instance, along an edge.
package struct ChannelPlan: Hashable, Sendable {
  package var id: ChannelID
  package var edge: EdgeIndex
  package var sender: InstanceID
  package var receiver: InstanceID
}

extension JobPlan {
  /// All instances, in the order of their stages.
  package var instances: [InstanceID] {
    stages.flatMap { stage in (0..<stage.processes).map { InstanceID(stage.name, $0) } }
  }

  /// All channels, numbered alike in every process: by edge, sender, receiver.
  package var channels: [ChannelPlan] {
    var channels: [ChannelPlan] = []
    for (index, edge) in edges.enumerated() {
      let receivers = stages[edge.to]
      for stage in edge.senders {
        for sender in 0..<stages[stage].processes {
          for receiver in 0..<receivers.processes {
            channels.append(
              ChannelPlan(
                id: ChannelID(UInt32(channels.count)),
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
