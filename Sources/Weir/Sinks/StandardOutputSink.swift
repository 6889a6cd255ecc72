import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// Rows on standard output, as soon as they arrive, as long as somebody reads them.
final class StandardOutputSink: SinkGateway {
  private let writers: [EdgeIndex: any RecordWriter]
  private let text = TextBuffer()
  private(set) var hasReader = true

  /// Prints what stands before the first record.
  init(writers: [EdgeIndex: any RecordWriter], header: [UInt8]) throws(WeirError) {
    self.writers = writers
    try header.span.withUnsafeBytes { raw throws(WeirError) in try print(raw) }
  }

  func write(_ batch: Batch, edge: EdgeIndex) throws(WeirError) {
    guard hasReader, let writer = writers[edge] else { return }
    text.removeAll()
    writer.write(batch, nil, into: text)
    try print(text.bytes)
  }

  private func print(_ bytes: UnsafeRawBufferPointer) throws(WeirError) {
    do throws(WeirError) {
      try Terminal.write(bytes, to: .output)
    } catch {
      // That 'head' has seen enough is no fault: the run is asked to stop.
      guard PosixErrors.isReaderGone(error) else { throw error }
      hasReader = false
    }
  }

  func flush() {}

  // What was printed cannot be taken back: it is visible at once.
  func prepare(_ epoch: Epoch) -> [PreparedOutput] { [] }

  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) {}

  func restore(_ epoch: Epoch, keeping outputs: [PreparedOutput]) {}
}

/// Drops rows: for measuring everything before it.
final class DiscardSink: SinkGateway {
  var hasReader: Bool { true }

  func write(_ batch: Batch, edge: EdgeIndex) {}

  func flush() {}

  // What was printed cannot be taken back: it is visible at once.
  func prepare(_ epoch: Epoch) -> [PreparedOutput] { [] }

  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) {}

  func restore(_ epoch: Epoch, keeping outputs: [PreparedOutput]) {}
}
