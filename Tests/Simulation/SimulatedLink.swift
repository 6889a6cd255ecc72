import WeirCore

/// One direction between two processes: what is sent arrives later, in order.
struct SimulatedLink<Message> {
  private var waiting: [(due: Int64, message: Message)] = []

  /// When the first message arrives, in nanoseconds.
  var due: Int64? { waiting.first?.due }

  /// How many messages are under way.
  var count: Int { waiting.count }

  /// Sends a message that arrives at `due`, or after those before it.
  mutating func send(_ message: Message, due: Int64) {
    waiting.append((max(due, waiting.last?.due ?? due), message))
  }

  /// Takes the first message.
  mutating func receive() -> Message? {
    waiting.isEmpty ? nil : waiting.removeFirst().message
  }

  /// Loses everything under way.
  mutating func cut() { waiting.removeAll() }
}

/// A channel in a generation.
struct Passage: Hashable {
  let channel: ChannelID
  let generation: Generation

  init(_ header: FrameHeader) {
    channel = header.channel
    generation = header.generation
  }
}
