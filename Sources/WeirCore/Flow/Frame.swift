import WeirColumns

/// What a frame is; raw values are the bytes on the wire and are never reused.
package enum FrameKind: UInt8, Sendable, CaseIterable {
  /// The first frame of a channel in a generation.
  case hello = 1
  /// Rows, or partial aggregates that stand for them (`CombinedForm`): the schema says which.
  case batch = 2
  /// A watermark of its own, when there are no rows for it to ride on.
  case watermark = 3
  /// The sender expects no rows for now: leave the channel out of the least watermark; carries the
  /// watermark that was not said before.
  case idle = 4
  /// Takes `idle` back; a batch does too.
  case active = 5
  /// Everything before belongs to the epoch, everything after does not.
  case barrier = 6
  /// No more rows; not: no more signals.
  case end = 7
  /// From receiver to sender: how many bytes may have been sent in all.
  case credit = 8
  /// The channel leaves its receiver after a scaling.
  case retire = 9
}

/// The head of a frame: everything but the rows.
///
/// Fields that a kind does not use are zero (`watermark`: `start`).
package struct FrameHeader: Hashable, Sendable {
  package var kind: FrameKind
  package var generation: Generation
  package var channel: ChannelID
  /// Counted from 0 in each generation over every frame of the channel; a credit has none.
  package var sequence: UInt64 = 0
  /// `Schema.fingerprint` of the rows, or of the partial aggregates that stand for them.
  package var schema: UInt64 = 0
  /// In force after the rows of this frame.
  ///
  /// Credit: how far the receiver is, at least `leastSaid`, while it takes partial aggregates; `start`:
  /// it asks for rows.
  package var watermark: Watermark = .start
  package var epoch: Epoch = .none
  package var rows = 0
  /// `Batch.footprint` of the rows: what they take of the credit.
  package var footprint = 0
  package var sentAt = WallTime(microseconds: 0)
  /// When the oldest row was due (paced sources) or read.
  package var oldestAt = WallTime(microseconds: 0)
  /// Credit: bytes that may have been sent in all in this generation.
  package var allowance: UInt64 = 0
  /// Credit: how many frames of the channel have been taken from the socket.
  package var acknowledged: UInt64 = 0

  package init(_ kind: FrameKind, _ channel: ChannelID, _ generation: Generation) {
    self.kind = kind
    self.channel = channel
    self.generation = generation
  }
}

/// What the two ends of a channel must agree on before rows flow.
package struct Hello: Hashable, Sendable {
  /// `Hello.protocolVersion` of the sender.
  package var version: UInt32 = protocolVersion
  /// The fingerprint of the whole plan.
  package var plan: UInt64
  /// The fingerprint of the channel's schema.
  package var schema: UInt64
  package var keyGroups: UInt32
  package var keyHashVersion: UInt32 = KeyHash.version

  package static let protocolVersion: UInt32 = 1

  package init(plan: UInt64, schema: UInt64, keyGroups: UInt32) {
    self.plan = plan
    self.schema = schema
    self.keyGroups = keyGroups
  }
}

/// A frame in memory: bytes only exist between processes.
package struct Frame {
  package var header: FrameHeader
  /// The rows of a batch.
  package var batch: Batch?
  /// The content of a hello.
  package var hello: Hello?

  package init(_ header: FrameHeader, batch: Batch? = nil, hello: Hello? = nil) {
    self.header = header
    self.batch = batch
    self.hello = hello
  }
}
