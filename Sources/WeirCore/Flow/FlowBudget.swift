/// What an instance may hold and how much it does in a turn; tests make it small.
package struct FlowBudget: Hashable, Sendable {
  /// Bytes of the input queues, dealt among the channels.
  package var inputBytes = Limits.inputBytes
  /// Bytes of the output queues, dealt among the channels.
  package var outputBytes = Limits.outputBytes
  /// The least credit of a channel.
  package var leastCredit = Limits.leastCredit
  /// The credit of a channel before its drain was measured.
  package var firstCredit = Limits.firstCredit
  /// Bytes that may wait in the input queues of an instance that waits for its state.
  package var asideBytes = Limits.asideBytes
  /// Rows that a firing emits in one turn.
  package var emittedRows = Limits.emittedRows
  /// Bytes of state that a snapshot writes in one turn.
  package var sliceBytes = Limits.sliceBytes

  package init() {}

  /// Bytes that one of so many input channels may hold.
  func input(of channels: Int) -> Int {
    min(inputBytes / max(channels, 1), Limits.channelInputBytes)
  }

  /// Bytes that may wait in one of so many output channels before no more input is taken.
  func output(of channels: Int) -> Int {
    min(outputBytes / max(channels, 1), Limits.channelOutputBytes)
  }
}
