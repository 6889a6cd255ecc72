import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// Rows on standard output, as soon as they arrive.
final class StandardOutputSink: SinkGateway {
  private let writers: [EdgeIndex: any RecordWriter]
  private let text = TextBuffer()

  /// Prints what stands before the first record.
  init(writers: [EdgeIndex: any RecordWriter], header: [UInt8]) throws(WeirError) {
    self.writers = writers
    try header.span.withUnsafeBytes { raw throws(WeirError) in
      try Terminal.write(raw, to: .output)
    }
  }

  func write(_ batch: Batch, edge: EdgeIndex) throws(WeirError) {
    guard let writer = writers[edge] else { return }
    text.removeAll()
    writer.write(batch, nil, into: text)
    try Terminal.write(text.bytes, to: .output)
  }

  func flush() {}

  // What was printed cannot be taken back: it is visible at once.
  func prepare(_ epoch: Epoch) -> [PreparedOutput] { [] }

  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) {}

  func restore(_ epoch: Epoch, keeping outputs: [PreparedOutput]) {}
}

/// Drops rows: for measuring everything before it.
final class DiscardSink: SinkGateway {
  func write(_ batch: Batch, edge: EdgeIndex) {}

  func flush() {}

  // What was printed cannot be taken back: it is visible at once.
  func prepare(_ epoch: Epoch) -> [PreparedOutput] { [] }

  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) {}

  func restore(_ epoch: Epoch, keeping outputs: [PreparedOutput]) {}
}
