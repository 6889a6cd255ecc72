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

  func publish() {}
}

/// Drops rows: for measuring everything before it.
final class DiscardSink: SinkGateway {
  func write(_ batch: Batch, edge: EdgeIndex) {}

  func flush() {}

  func publish() {}
}
