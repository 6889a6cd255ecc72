/// The number of a checkpoint; used once, complete or not, and the first is 1.
package struct Epoch: Hashable, Comparable, Sendable, Codable {
  package var number: UInt64

  package init(_ number: UInt64) { self.number = number }

  /// Before any checkpoint.
  package static let none = Epoch(0)

  package static func < (left: Epoch, right: Epoch) -> Bool { left.number < right.number }
}

/// The generation of a channel: frames of an older one come from the dead and are refused.
package struct Generation: Hashable, Comparable, Sendable, Codable {
  package var number: UInt32

  package init(_ number: UInt32) { self.number = number }

  package static func < (left: Generation, right: Generation) -> Bool {
    left.number < right.number
  }
}

/// The number of a channel within a run; given by the plan, the same in every process.
package struct ChannelID: Hashable, Comparable, Sendable, Codable {
  package var number: UInt32

  package init(_ number: UInt32) { self.number = number }

  package static func < (left: ChannelID, right: ChannelID) -> Bool { left.number < right.number }
}

/// One copy of a stage, such as `declines/0`: one process.
package struct InstanceID: Hashable, Comparable, Sendable, Codable {
  package var stage: String
  package var index: Int

  package init(_ stage: String, _ index: Int) {
    self.stage = stage
    self.index = index
  }

  package static func < (left: InstanceID, right: InstanceID) -> Bool {
    (left.stage, left.index) < (right.stage, right.index)
  }
}

extension InstanceID: CustomStringConvertible {
  package var description: String { "\(stage)/\(index)" }
}

/// One start of an instance; counted up within a run, never reused.
package struct Incarnation: Hashable, Comparable, Sendable, Codable {
  package var number: UInt32

  package init(_ number: UInt32) { self.number = number }

  package static func < (left: Incarnation, right: Incarnation) -> Bool {
    left.number < right.number
  }
}

/// One rewind of a region; counted up within a run, so that an answer to an older one is known.
package struct Round: Hashable, Comparable, Sendable, Codable {
  package var number: UInt64

  package init(_ number: UInt64) { self.number = number }

  package static func < (left: Round, right: Round) -> Bool { left.number < right.number }
}

/// The place of a partition in its source's list of partitions.
package struct PartitionID: Hashable, Comparable, Sendable, Codable {
  package var number: Int

  package init(_ number: Int) { self.number = number }

  package static func < (left: PartitionID, right: PartitionID) -> Bool {
    left.number < right.number
  }
}
