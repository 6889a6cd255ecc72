import WeirColumns

/// What a learned line says about the next: the bytes up to a value, then what the value is.
struct ShapeStep {
  enum Kind: UInt8 {
    /// No value: the bytes go on in the next step.
    case more
    case text
    /// A text that nobody needs.
    case passedText
    /// A number without a fraction: an int, or a timestamp whose unit is no finer than a
    /// microsecond.
    case whole
    /// The three before, as long as `usual` has it.
    case evenText
    case passedEvenText
    case evenWhole
    case decimal
    case float
    case bool
    /// Any value, read by the parser and stored, or passed over if `field` is -1.
    case general
    /// No value: the bytes end the line.
    case end
  }

  // The first 16 bytes lie here, what follows in the shape's `words`: words and masks in turn.
  var word0: UInt64 = 0
  var mask0: UInt64 = 0
  var word1: UInt64 = 0
  var mask1: UInt64 = 0
  /// Bytes before the value; at most `LearnedShape.stepBytes`.
  var length = 0
  var firstWord = 0
  var moreWords = 0
  var kind = Kind.end
  var field = -1
  // The reader's, which outlives its shapes.
  var cell: UnsafeMutablePointer<Cell>
  /// Of a decimal.
  var scale = 0
  /// What a whole number is multiplied by: microseconds of a timestamp's unit; and the greatest
  /// number that is read here.
  var factor: Int64 = 1
  var greatest = UInt64(Int64.max)
  /// A timestamp, which may be a text.
  var isTime = false
  /// Objects and arrays that the value lies in.
  var depth = 1
  var usual = UsualLength()
  /// Values that were not as long as guessed since the guessing began.
  private var surprises = 0

  init(cell: UnsafeMutablePointer<Cell>) {
    self.cell = cell
  }

  /// Notes that a value had another length; guesses no more if that happens often.
  mutating func noteSurprise() {
    surprises += 1
    guard surprises > FormatLimits.surprisesToGiveUp else { return }
    switch kind {
    case .evenText: kind = .text
    case .passedEvenText: kind = .passedText
    case .evenWhole: kind = .whole
    case .more, .text, .passedText, .whole, .decimal, .float, .bool, .general, .end: break
    }
  }

  /// Guesses again.
  mutating func retry() {
    surprises = 0
    switch kind {
    case .text: kind = .evenText
    case .passedText: kind = .passedEvenText
    case .whole: kind = .evenWhole
    case .more, .evenText, .passedEvenText, .evenWhole, .decimal, .float, .bool, .general, .end:
      break
    }
  }
}

/// The shape of a line: all that does not change from line to line.
///
/// A line has the shape if all bytes between its values are the same.
final class LearnedShape {
  /// Bytes that one step compares; whole words, fewer than `FormatLimits.blockSlack` and one.
  static let stepBytes = 64

  // Freed in `deinit`; the scanner walks them as raw memory.
  let steps: UnsafeMutablePointer<ShapeStep>
  let words: UnsafeMutablePointer<UInt64>
  private(set) var count = 0
  /// Needed fields that lines of this shape do not have.
  let absent: [Int]
  /// Rows since the steps began to guess.
  private var rows = 0

  /// Makes the shape of a parsed line, line end included; nil if it is not worth remembering.
  init?(
    _ line: UnsafeRawBufferPointer,
    _ leaves: [FullParser.Leaf],
    _ tree: FieldTree,
    _ store: ValueStore
  ) {
    let schema = store.schema
    guard leaves.count <= FormatLimits.rememberedValues, line.count < 1 << 16 else { return nil }
    let mostSteps = leaves.count + line.count / Self.stepBytes + 1
    steps = .allocate(capacity: mostSteps)
    steps.initialize(repeating: ShapeStep(cell: store.cells.cells), count: mostSteps)
    words = .allocate(capacity: mostSteps * 16)
    var isPresent = [Bool](repeating: false, count: schema.fields.count)
    for leaf in leaves where leaf.node >= 0 {
      for index in tree.nodes[leaf.node].fields { isPresent[tree.fields[index]] = true }
    }
    absent = schema.fields.indices.filter { schema.fields[$0].isNeeded && !isPresent[$0] }
    var start = 0
    for leaf in leaves {
      appendBytes(line, start, leaf.start)
      let fields = leaf.node >= 0 ? tree.nodes[leaf.node].fields : 0..<0
      let field = fields.first.map { tree.fields[$0] } ?? -1
      describe(steps + count, field, schema)
      if field >= 0 { steps[count].cell = store.cells.cells + field }
      if field < 0, line[leaf.start] == UInt8(ascii: "\"") { steps[count].kind = .passedText }
      steps[count].depth = leaf.depth
      count += 1
      start = leaf.end
    }
    appendBytes(line, start, line.count)
    steps[count].kind = .end
    count += 1
    for index in 0..<count { steps[index].retry() }
  }

  deinit {
    steps.deallocate()
    words.deallocate()
  }

  /// Counts rows that had the shape; from time to time all steps guess again.
  func count(rows more: Int) {
    rows += more
    guard rows >= FormatLimits.rowsToRetry else { return }
    rows = 0
    for index in 0..<count { steps[index].retry() }
  }

  /// Puts bytes of the line into the next step, and into steps of their own if they are many.
  private func appendBytes(_ line: UnsafeRawBufferPointer, _ start: Int, _ end: Int) {
    var at = start
    while end - at > Self.stepBytes {
      fill(steps + count, line, at, at + Self.stepBytes)
      steps[count].kind = .more
      count += 1
      at += Self.stepBytes
    }
    fill(steps + count, line, at, end)
  }

  private func fill(
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ line: UnsafeRawBufferPointer,
    _ start: Int,
    _ end: Int
  ) {
    let first = count * 16
    for index in 0..<16 { words[first + index] = 0 }
    for place in start..<end {
      let bit = UInt64((place - start) % 8 * 8)
      let index = first + (place - start) / 8 * 2
      words[index] |= UInt64(line[place]) << bit
      words[index + 1] |= 0xff << bit
    }
    step.pointee.word0 = UInt64(littleEndian: words[first])
    step.pointee.mask0 = UInt64(littleEndian: words[first + 1])
    step.pointee.word1 = UInt64(littleEndian: words[first + 2])
    step.pointee.mask1 = UInt64(littleEndian: words[first + 3])
    step.pointee.length = end - start
    step.pointee.firstWord = first + 4
    step.pointee.moreWords = max(0, (end - start + 7) / 8 - 2)
  }

  private func describe(
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ field: Int,
    _ schema: RecordSchema
  ) {
    step.pointee.field = field
    step.pointee.kind = .general
    guard field >= 0 else { return }
    switch schema.fields[field].type {
    case .string: step.pointee.kind = schema.fields[field].isNeeded ? .text : .passedText
    case .int: step.pointee.kind = .whole
    case .float: step.pointee.kind = .float
    case .bool: step.pointee.kind = .bool
    case .decimal(let scale):
      step.pointee.kind = .decimal
      step.pointee.scale = scale
    case .timestamp:
      let exponent = schema.fields[field].unit.exponent
      guard exponent >= 0 else { return }
      step.pointee.kind = .whole
      step.pointee.isTime = true
      step.pointee.factor = Int64(DigitWords.powers[exponent])
      step.pointee.greatest = TimestampText.least.magnitude / DigitWords.powers[exponent]
    case .duration, .bytes, .json, .list: break
    }
  }
}
