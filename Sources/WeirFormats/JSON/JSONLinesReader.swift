import Glibc
import WeirColumns

/// Reads JSON lines: one object a line.
///
/// Lines of a shape met before go through `LineScanner`; every other line goes through
/// `FullParser`, and its shape is learned. Up to four shapes are remembered, so that lines of
/// several shapes may alternate. Lines without a byte but white space are passed over.
package final class JSONLinesReader: RecordReader {
  package let schema: RecordSchema
  package var place = ReaderPlace.start
  /// False: every line goes through the full parser, as in a test that compares the two.
  package var usesShapes = true
  /// Lines that went through the full parser.
  package private(set) var fullyParsedLines = 0

  private let maximumRecordBytes: Int
  private let tree: FieldTree
  private let store: ValueStore
  private let scanner: LineScanner
  private var shapes: [LearnedShape] = []
  /// The shape of the line before, tried first.
  private var current = 0
  /// The shape that is replaced next.
  private var oldest = 0
  /// Lines since the last one that had a remembered shape.
  private var misses = 0

  /// Makes a reader; a record longer than `maximumRecordBytes` is refused.
  package init(
    _ schema: RecordSchema,
    maximumRecordBytes: Int = FormatLimits.maximumRecordBytes
  ) {
    FormatLimits.check(recordBytes: maximumRecordBytes)
    self.schema = schema
    self.maximumRecordBytes = maximumRecordBytes
    tree = FieldTree(schema)
    store = ValueStore(schema)
    scanner = LineScanner(store, tree)
  }

  package func read(
    _ block: UnsafeRawBufferPointer,
    into batch: Batch,
    maximumRows: Int,
    rejected: inout RejectedRecords,
    isLast: Bool
  ) -> Int {
    store.read(block, into: batch, maximumRows: maximumRows) { pass in
      guard pass.begin(&place, isLast: isLast) else { return }
      readBlock(&pass, &rejected, isLast: isLast)
    }
  }

  package func length(ofRecordIn block: UnsafeRawBufferPointer, isLast: Bool) -> Int? {
    guard let start = block.baseAddress, !block.isEmpty else { return nil }
    guard let newline = memchr(start, 0x0a, block.count) else { return isLast ? block.count : nil }
    return UnsafeRawPointer(newline) - start + 1
  }

  private func readBlock(
    _ pass: inout BlockPass,
    _ rejected: inout RejectedRecords,
    isLast: Bool
  ) {
    while pass.at < pass.end, pass.row < pass.rowLimit {
      // Lines are looked for in windows as long as a record may be: what has no line end in its
      // window is too long, wherever the block ends.
      let window = min(pass.end - pass.at, maximumRecordBytes + 1)
      var length = window
      while length > 0, pass.at.load(fromByteOffset: length - 1, as: UInt8.self) != 0x0a {
        length -= 1
      }
      if length > 0 {
        readLines(&pass, until: pass.at + length, &rejected)
      } else if window > maximumRecordBytes {
        pass.rejectLongRecord(&place, &rejected, limit: maximumRecordBytes)
        guard pass.passLongRecord(&place, isLast: isLast) else { return }
      } else {
        guard isLast else { return }
        readLine(&pass, lineEnd: pass.end, next: pass.end, &rejected)
      }
    }
  }

  // MARK: Lines

  /// Reads whole lines up to `end`, where a line begins.
  private func readLines(
    _ pass: inout BlockPass,
    until end: UnsafeRawPointer,
    _ rejected: inout RejectedRecords
  ) {
    while pass.at < end, pass.row < pass.rowLimit {
      if scanLines(&pass, until: end) { continue }
      guard let newline = memchr(pass.at, 0x0a, end - pass.at) else {
        preconditionFailure("no line end in the last \(end - pass.at) bytes")
      }
      let lineEnd = UnsafeRawPointer(newline)
      readLine(&pass, lineEnd: lineEnd, next: lineEnd + 1, &rejected)
    }
  }

  /// Reads lines of remembered shapes; false if the next line has none of them.
  private func scanLines(_ pass: inout BlockPass, until end: UnsafeRawPointer) -> Bool {
    for turn in 0..<shapes.count {
      var index = current + turn
      if index >= shapes.count { index -= shapes.count }
      let before = pass.at
      pass.at = scanner.scan(shapes[index], before, end, row: &pass.row, rowLimit: pass.rowLimit)
      if pass.at > before {
        current = index
        misses = 0
        return true
      }
    }
    return false
  }

  /// Reads one line through the full parser.
  private func readLine(
    _ pass: inout BlockPass,
    lineEnd: UnsafeRawPointer,
    next: UnsafeRawPointer,
    _ rejected: inout RejectedRecords
  ) {
    var line = UnsafeRawBufferPointer(start: pass.at, count: lineEnd - pass.at)
    if line.last == 0x0d { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
    defer { pass.at = next }
    guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }) else { return }
    fullyParsedLines += 1
    let learns = usesShapes && next > lineEnd && isWorthLearning()
    var parser = FullParser(tree, line, slots: store.slots, notesLeaves: learns)
    let isParsed = parser.parse()
    let reason = isParsed ? store.store(pass.at, row: pass.row) : parser.fault?.reason
    if let reason {
      rejected.records.append(
        RejectedRecord(offset: pass.at - pass.start, length: line.count, reason: reason)
      )
      return
    }
    pass.row += 1
    guard learns, parser.isPlain else { return }
    let whole = UnsafeRawBufferPointer(start: pass.at, count: next - pass.at)
    if let shape = LearnedShape(whole, parser.leaves, tree, store) { remember(shape) }
  }

  /// Whether the shape of a line that has no remembered one should be remembered.
  private func isWorthLearning() -> Bool {
    misses += 1
    return shapes.count < FormatLimits.rememberedShapes
      || misses % FormatLimits.missesToReplace == 0
  }

  private func remember(_ shape: LearnedShape) {
    guard shapes.count == FormatLimits.rememberedShapes else {
      current = shapes.count
      shapes.append(shape)
      return
    }
    shapes[oldest] = shape
    current = oldest
    oldest = (oldest + 1) % FormatLimits.rememberedShapes
  }
}
