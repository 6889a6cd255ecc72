import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// Rows on standard output, as soon as they arrive, as long as somebody reads them.
///
/// At-least-once: what was printed cannot be taken back, so rows that a failure makes the run do again
/// are printed again. Nobody waits for a checkpoint to see them.
///
/// Lines are written whole, as many at a time as a pipe takes in one piece: those of several processes
/// do not get into each other, and a process that is killed leaves no half of one, into which the next
/// would run. Only a line that is longer than that can be cut.
final class StandardOutputSink: SinkGateway {
  private let writers: [EdgeIndex: any RecordWriter]
  private let text = RecordText()
  private(set) var hasReader = true
  private let header: [UInt8]
  private var hasHeader = false

  /// Makes a sink; `header` is what stands before the first record.
  init(writers: [EdgeIndex: any RecordWriter], header: [UInt8]) {
    self.writers = writers
    self.header = header
  }

  func write(_ batch: Batch, edge: EdgeIndex) throws(WeirError) {
    guard hasReader, let writer = writers[edge] else { return }
    try text.write(batch, writer) { records, _ throws(WeirError) in
      if hasReader { try print(records) }
    }
  }

  private func print(_ bytes: UnsafeRawBufferPointer) throws(WeirError) {
    do throws(WeirError) {
      for piece in LinePieces(bytes, most: Terminal.atomicByteCount) {
        try Terminal.write(piece, to: .output)
      }
    } catch {
      // That 'head' has seen enough is no fault: the run is asked to stop.
      guard PosixErrors.isReaderGone(error) else { throw error }
      hasReader = false
    }
  }

  func flush() {}

  func prepare(_ epoch: Epoch, isLast: Bool) -> [PreparedOutput] { [] }

  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) {}

  /// Prints the header if the run begins here; one that goes on has printed it.
  func restore(
    _ epoch: Epoch,
    keeping outputs: [PreparedOutput],
    isFinished: Bool
  ) throws(WeirError) -> WeirError? {
    guard epoch == .none, !hasHeader else { return nil }
    hasHeader = true
    let header = self.header
    try header.span.withUnsafeBytes { raw throws(WeirError) in try print(raw) }
    return nil
  }
}

/// Drops rows: for measuring everything before it.
///
/// There is nothing to prepare or to take back.
final class DiscardSink: SinkGateway {
  var hasReader: Bool { true }

  func write(_ batch: Batch, edge: EdgeIndex) {}

  func flush() {}

  func prepare(_ epoch: Epoch, isLast: Bool) -> [PreparedOutput] { [] }

  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) {}

  func restore(
    _ epoch: Epoch,
    keeping outputs: [PreparedOutput],
    isFinished: Bool
  ) -> WeirError? { nil }
}
