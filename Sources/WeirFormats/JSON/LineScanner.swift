import Glibc
import WeirColumns

/// Reads lines of a known shape: compares the bytes between the values by words, scans the values.
///
/// It accepts only what the full parser accepts, with the same result, and leaves every other line
/// to it. All lines end before `end`, so that a text or number, which stops at a line end, stops in
/// the block; words are loaded up to 64 bytes past it.
final class LineScanner {
  private let store: ValueStore
  private let cells: RowCells
  private let tree: FieldTree

  // "null", "true", "fals" as they lie in memory.
  private static let nullWord = UInt32(littleEndian: 0x6c6c_756e)
  private static let trueWord = UInt32(littleEndian: 0x6575_7274)
  private static let falseWord = UInt32(littleEndian: 0x736c_6166)

  init(_ store: ValueStore, _ tree: FieldTree) {
    self.store = store
    cells = store.cells
    self.tree = tree
  }

  /// Reads lines until one has another shape, `rowLimit` rows are there, or the lines end.
  ///
  /// Returns where the first line begins that was not read; `row` is the next row.
  func scan(
    _ shape: LearnedShape,
    _ start: UnsafeRawPointer,
    _ end: UnsafeRawPointer,
    row: inout Int,
    rowLimit: Int
  ) -> UnsafeRawPointer {
    // Pointers and counters are hoisted, and sums wrap: lines are shorter than 2^31 bytes.
    let steps = shape.steps
    let words = shape.words
    let powers = DigitWords.powers
    let absent = shape.absent
    let isWhole = absent.isEmpty
    var lineStart = start
    var at = start
    var next = row
    var step = steps
    lines: while true {
      var difference = (at.loadUnaligned(as: UInt64.self) ^ step.pointee.word0) & step.pointee.mask0
      difference |=
        (at.loadUnaligned(fromByteOffset: 8, as: UInt64.self) ^ step.pointee.word1)
        & step.pointee.mask1
      if step.pointee.moreWords > 0 { difference |= Self.compareMore(at, step, words) }
      if difference != 0 { break lines }
      at += step.pointee.length
      let after: UnsafeRawPointer?
      switch step.pointee.kind {
      case .more: after = at
      case .text: after = scanText(at, step, next)
      case .passedText: after = passText(at, step, next)
      case .whole: after = scanWhole(at, step, next, powers)
      case .evenText: after = scanEvenText(at, step, next)
      case .passedEvenText: after = passEvenText(at, step, next)
      case .evenWhole: after = scanEvenWhole(at, step, next, powers)
      case .decimal: after = scanDecimal(at, step, next, powers)
      case .float: after = scanFloat(at, step.pointee.field, next)
      case .bool: after = scanBool(at, step.pointee.field, next)
      case .general: after = scanGeneral(at, end, step, next)
      case .end:
        if !isWhole { setNull(absent, next) }
        next &+= 1
        lineStart = at
        if next == rowLimit || at >= end { break lines }
        step = steps
        continue lines
      }
      guard let after else { break lines }
      at = after
      step += 1
    }
    if next < rowLimit, lineStart < end { cells.undo(row: next) }
    shape.count(rows: next - row)
    row = next
    return lineStart
  }

  /// Compares what lies behind the first 16 bytes of a step.
  @inline(__always)
  private static func compareMore(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ words: UnsafeMutablePointer<UInt64>
  ) -> UInt64 {
    var difference: UInt64 = 0
    let pattern = words + step.pointee.firstWord
    for word in 0..<step.pointee.moreWords {
      let bytes = at.loadUnaligned(fromByteOffset: 16 &+ word &* 8, as: UInt64.self)
      difference |= (bytes ^ pattern[word &* 2]) & pattern[word &* 2 &+ 1]
    }
    return difference
  }

  @inline(never)
  private func setNull(_ fields: [Int], _ row: Int) {
    for field in fields { cells.setNull(field, row: row) }
  }

  @inline(__always)
  private func isNull(_ at: UnsafeRawPointer) -> Bool {
    at.loadUnaligned(as: UInt32.self) == Self.nullWord
  }

  // MARK: Texts; each returns what is behind the value, or nil to leave the line to the parser

  @inline(__always)
  private func scanEvenText(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int
  ) -> UnsafeRawPointer? {
    let text = at + 1
    let length = step.pointee.usual.count
    guard step.pointee.usual.holds(textAt: at) else { return scanUnevenText(at, step, row) }
    let cell = step.pointee.cell
    let used = cell.pointee.end
    let end = used &+ length
    if end > cell.pointee.limit { cells.grow(step.pointee.field, by: length) }
    let target = UnsafeMutableRawPointer(cell.pointee.bytes + used)
    target.storeBytes(of: text.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
    cell.pointee.end = end
    cell.pointee.offsets[row &+ 1] = UInt32(truncatingIfNeeded: end)
    return text + length + 1
  }

  @inline(__always)
  private func passEvenText(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int
  ) -> UnsafeRawPointer? {
    let length = step.pointee.usual.count
    guard step.pointee.usual.holds(textAt: at) else { return scanUnevenText(at, step, row) }
    return at + length + 2
  }

  /// Reads a text that is not as long as those before.
  @inline(never)
  private func scanUnevenText(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int
  ) -> UnsafeRawPointer? {
    let isStored = step.pointee.kind == .evenText
    guard let after = isStored ? scanText(at, step, row) : passText(at, step, row) else {
      return nil
    }
    if at.load(as: UInt8.self) == 0x22 { step.pointee.usual.learn(text: after - at - 2) }
    step.pointee.noteSurprise()
    return after
  }

  @inline(__always)
  private func scanText(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int
  ) -> UnsafeRawPointer? {
    guard at.load(as: UInt8.self) == 0x22 else { return scanNull(at, step, row) }
    let text = at + 1
    let length = TextScan.length(text)
    guard length >= 0 else { return nil }
    let cell = step.pointee.cell
    let used = cell.pointee.end
    if used &+ length > cell.pointee.limit { cells.grow(step.pointee.field, by: length) }
    let target = UnsafeMutableRawPointer(cell.pointee.bytes + used)
    target.storeBytes(of: text.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
    if length > 16 { memcpy(target, text, length) }
    cell.pointee.end = used &+ length
    cell.pointee.offsets[row &+ 1] = UInt32(truncatingIfNeeded: used &+ length)
    return text + length + 1
  }

  @inline(__always)
  private func passText(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int
  ) -> UnsafeRawPointer? {
    guard at.load(as: UInt8.self) == 0x22 else { return scanNull(at, step, row) }
    let length = TextScan.length(at + 1)
    return length >= 0 ? at + length + 2 : nil
  }

  /// Reads a null; anything else is for the parser.
  private func scanNull(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int
  ) -> UnsafeRawPointer? {
    guard isNull(at) else { return nil }
    if step.pointee.field >= 0 { cells.setNull(step.pointee.field, row: row) }
    return at + 4
  }

  // MARK: Numbers

  /// Reads a decimal of at most seven digits around a point; others go to `scanLongDecimal`.
  @inline(__always)
  private func scanDecimal(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int,
    _ powers: UnsafePointer<UInt64>
  ) -> UnsafeRawPointer? {
    let isNegative = at.load(as: UInt8.self) == 0x2d
    let digits = at + (isNegative ? 1 : 0)
    let word = digits.loadUnaligned(as: UInt64.self)
    let stops = DigitWords.stops(word)
    let rest = stops & (stops &- 1)
    // Bits up to the point and up to the end: 7 more than eight times the number of bytes.
    let point = UInt64(truncatingIfNeeded: stops.trailingZeroBitCount) & 0x38
    let end = rest.trailingZeroBitCount &>> 3
    let whole = Int(truncatingIfNeeded: point &>> 3)
    let missing = step.pointee.scale &- (end &- whole &- 1)
    guard rest != 0, (word &>> point) & 0xff == 0x2e, whole > 0, end &- whole > 1, missing >= 0,
      whole == 1 || word & 0xff != 0x30, whole &+ step.pointee.scale <= 18
    else { return scanLongDecimal(at, step, row, powers) }
    // The digits behind the point move up to those before it, then all to the end of the word.
    let before: UInt64 = (1 &<< point) &- 1
    let joined = (word & before) | ((word &>> 8) & ~before)
    let value = DigitWords.number(DigitWords.padded(joined, end &- 1)) &* powers[missing]
    let scaled = Int64(truncatingIfNeeded: value)
    let cell = step.pointee.cell
    cell.pointee.words[row & cell.pointee.rowMask] = isNegative ? 0 &- scaled : scaled
    return digits + end
  }

  @inline(never)
  private func scanLongDecimal(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int,
    _ powers: UnsafePointer<UInt64>
  ) -> UnsafeRawPointer? {
    let isNegative = at.load(as: UInt8.self) == 0x2d
    var digits = isNegative ? at + 1 : at
    var value: UInt64 = 0
    var missing = step.pointee.scale
    let whole = DigitWords.read(digits, &value, powers)
    guard whole > 0 else { return scanNull(at, step, row) }
    guard whole &+ missing <= 18, whole == 1 || digits.load(as: UInt8.self) != 0x30 else {
      return nil
    }
    digits += whole
    if digits.load(as: UInt8.self) == 0x2e {
      digits += 1
      let fraction = DigitWords.read(digits, &value, powers)
      guard fraction > 0, fraction <= missing else { return nil }
      missing &-= fraction
      digits += fraction
    }
    let scaled = Int64(truncatingIfNeeded: value &* powers[missing])
    let cell = step.pointee.cell
    cell.pointee.words[row & cell.pointee.rowMask] = isNegative ? 0 &- scaled : scaled
    return digits
  }

  @inline(__always)
  private func scanEvenWhole(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int,
    _ powers: UnsafePointer<UInt64>
  ) -> UnsafeRawPointer? {
    let first = at.loadUnaligned(as: UInt64.self)
    let length = step.pointee.usual.count
    guard step.pointee.usual.holds(digitsAt: at), length == 1 || first & 0xff != 0x30 else {
      return scanUnevenWhole(at, step, row, powers)
    }
    let value: UInt64
    if length <= 8 {
      value = DigitWords.number(DigitWords.padded(first, length))
    } else {
      let last = at.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
      value =
        DigitWords.number(DigitWords.padded(first, length &- 8)) &* DigitWords.bound
        &+ DigitWords.number(last)
    }
    guard value <= step.pointee.greatest else { return nil }
    let cell = step.pointee.cell
    cell.pointee.words[row & cell.pointee.rowMask] =
      Int64(truncatingIfNeeded: value) &* step.pointee.factor
    return at + length
  }

  /// Reads a number that has not as many digits as those before.
  @inline(never)
  private func scanUnevenWhole(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int,
    _ powers: UnsafePointer<UInt64>
  ) -> UnsafeRawPointer? {
    guard let after = scanWhole(at, step, row, powers) else { return nil }
    if at.load(as: UInt8.self) &- 0x30 <= 9 { step.pointee.usual.learn(digits: after - at) }
    step.pointee.noteSurprise()
    return after
  }

  @inline(__always)
  private func scanWhole(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int,
    _ powers: UnsafePointer<UInt64>
  ) -> UnsafeRawPointer? {
    let isNegative = at.load(as: UInt8.self) == 0x2d
    let digits = isNegative ? at + 1 : at
    var value: UInt64 = 0
    let whole = DigitWords.read(digits, &value, powers)
    guard whole > 0 else { return scanTextOrNull(at, step, row) }
    guard whole <= 18, whole == 1 || digits.load(as: UInt8.self) != 0x30,
      value <= step.pointee.greatest
    else { return nil }
    let number = Int64(bitPattern: value) &* step.pointee.factor
    let cell = step.pointee.cell
    cell.pointee.words[row & cell.pointee.rowMask] = isNegative ? 0 &- number : number
    return digits + whole
  }

  /// Reads what stands in the place of a whole number: a time as text, or a null.
  @inline(never)
  private func scanTextOrNull(
    _ at: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int
  ) -> UnsafeRawPointer? {
    step.pointee.isTime && at.load(as: UInt8.self) == 0x22
      ? scanTimeText(at, step.pointee.field, row) : scanNull(at, step, row)
  }

  /// Reads a timestamp as text.
  private func scanTimeText(_ at: UnsafeRawPointer, _ field: Int, _ row: Int) -> UnsafeRawPointer? {
    // The text is at most 39 bytes long here; longer fractions are for the parser.
    var length = 20
    while length < 40, at.load(fromByteOffset: length, as: UInt8.self) != 0x22 { length &+= 1 }
    guard at.load(fromByteOffset: length, as: UInt8.self) == 0x22 else { return nil }
    var value: Int64 = 0
    guard TimestampText.parse(at + 1, length &- 1, into: &value) == nil else { return nil }
    let cell = cells.cells + field
    cell.pointee.words[row & cell.pointee.rowMask] = value
    return at + length + 1
  }

  private func scanBool(_ at: UnsafeRawPointer, _ field: Int, _ row: Int) -> UnsafeRawPointer? {
    let word = at.loadUnaligned(as: UInt32.self)
    let cell = cells.cells + field
    if word == Self.trueWord {
      cell.pointee.flags[row & cell.pointee.rowMask] = 1
      return at + 4
    }
    if word == Self.falseWord, at.load(fromByteOffset: 4, as: UInt8.self) == UInt8(ascii: "e") {
      cell.pointee.flags[row & cell.pointee.rowMask] = 0
      return at + 5
    }
    guard word == Self.nullWord else { return nil }
    cells.setNull(field, row: row)
    return at + 4
  }

  /// Reads a float of at most 15 digits without an exponent; others go to `scanGeneral`'s way.
  private func scanFloat(_ at: UnsafeRawPointer, _ field: Int, _ row: Int) -> UnsafeRawPointer? {
    guard !isNull(at) else {
      cells.setNull(field, row: row)
      return at + 4
    }
    let isNegative = at.load(as: UInt8.self) == 0x2d
    var digits = isNegative ? at + 1 : at
    let first = digits.load(as: UInt8.self)
    var value: UInt64 = 0
    let powers = DigitWords.powers
    let whole = DigitWords.read(digits, &value, powers)
    guard whole > 0, whole == 1 || first != 0x30 else { return nil }
    digits += whole
    var fraction = 0
    if digits.load(as: UInt8.self) == 0x2e {
      digits += 1
      guard whole <= 15 else { return longFloat(at, field, row) }
      fraction = DigitWords.read(digits, &value, powers)
      guard fraction > 0 else { return nil }
      digits += fraction
    }
    guard whole &+ fraction <= 15, digits.load(as: UInt8.self) | 0x20 != UInt8(ascii: "e") else {
      return longFloat(at, field, row)
    }
    // Both are exact in a double, so the division rounds once (Clinger 1990).
    let magnitude = Double(value) / DigitWords.doublePowers[fraction]
    let cell = cells.cells + field
    cell.pointee.doubles[row & cell.pointee.rowMask] = isNegative ? -magnitude : magnitude
    return digits
  }

  @inline(never)
  private func longFloat(_ at: UnsafeRawPointer, _ field: Int, _ row: Int) -> UnsafeRawPointer? {
    // Numbers of more bytes are left to the parser, which knows where the line ends.
    let text = UnsafeRawBufferPointer(start: at, count: FormatLimits.blockSlack)
    guard let number = ScannedNumber(text), number.length < text.count,
      let double = number.double(text)
    else { return nil }
    let cell = cells.cells + field
    cell.pointee.doubles[row & cell.pointee.rowMask] = double
    return at + number.length
  }

  /// Reads any value by the full grammar and stores it by the full rules.
  @inline(never)
  private func scanGeneral(
    _ at: UnsafeRawPointer,
    _ end: UnsafeRawPointer,
    _ step: UnsafeMutablePointer<ShapeStep>,
    _ row: Int
  ) -> UnsafeRawPointer? {
    guard let lineEnd = memchr(at, 0x0a, end - at) else { return nil }
    let rest = UnsafeRawBufferPointer(start: at, count: UnsafeRawPointer(lineEnd) - at)
    var parser = FullParser(tree, rest, slots: store.slots, notesLeaves: false)
    var slot = ValueSlot()
    guard let length = parser.measure(depth: step.pointee.depth, &slot) else { return nil }
    if step.pointee.field >= 0, store.store(step.pointee.field, slot, at, row) != nil {
      return nil
    }
    return at + length
  }
}
