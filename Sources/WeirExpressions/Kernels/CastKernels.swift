import Glibc
import WeirColumns

/// Casts between text and other types, and the formatting of times.
enum CastKernels {
  /// Reads values of the output's type from text; what is no such value gets the mark `failure`.
  static func read(_ input: Column, _ failure: RowMark, _ count: Int, _ output: Column) {
    let powers = DigitWords.powers
    switch output.type {
    case .int: words(input, failure, count, output) { ScalarReader.integer($0) }
    case .decimal(let scale):
      words(input, failure, count, output) { ScalarReader.decimal($0, scale: scale, powers) }
    case .timestamp:
      var reader = TimestampReader()
      words(input, failure, count, output) { text in
        text.baseAddress.flatMap { reader.read($0, text.count) }
      }
    case .duration: words(input, failure, count, output) { DurationReader.read($0) }
    case .float:
      let doublePowers = DigitWords.doublePowers
      words(input, failure, count, output) { text in
        ScalarReader.float(text, powers, doublePowers).map { Int64(bitPattern: $0.bitPattern) }
      }
    case .bool:
      let texts = TextLane(Lane(column: input, isConstant: false))
      let flags = output.flags
      for row in 0..<count {
        let value = ScalarReader.bool(texts[row])
        flags[row] = value == true ? 1 : 0
        if value == nil { failValue(row, failure, count, output) }
      }
    case .string, .bytes, .json, .list: preconditionFailure("reading \(output.type) from text")
    }
  }

  @inline(__always)
  private static func words(
    _ input: Column,
    _ failure: RowMark,
    _ count: Int,
    _ output: Column,
    _ body: (UnsafeRawBufferPointer) -> Int64?
  ) {
    let texts = TextLane(Lane(column: input, isConstant: false))
    let words = output.words
    for row in 0..<count {
      let value = body(texts[row])
      words[row] = value ?? 0
      if value == nil { failValue(row, failure, count, output) }
    }
  }

  /// Writes values as text.
  static func write(_ input: Column, _ count: Int, _ output: Column) {
    let words = input.words
    switch input.type {
    case .bool:
      let flags = input.flags
      text(count, output, 8) { row, to in
        let isTrue = flags[row] & 1 == 1
        let letters: UInt64 = isTrue ? 0x6575_7274 : 0x65_736c_6166
        to.storeBytes(of: letters.littleEndian, as: UInt64.self)
        return isTrue ? 4 : 5
      }
    case .int: text(count, output, DecimalText.room) { DecimalText.write(words[$0], $1) }
    case .decimal(let scale):
      let unit = DecimalText.unit(scale: scale)
      text(count, output, DecimalText.room) { row, to in
        DecimalText.write(words[row], scale: scale, unit: unit, to)
      }
    case .float:
      let doubles = input.doubles
      text(count, output, FloatText.room) { FloatText.write(doubles[$0], to: $1) }
    case .timestamp:
      var writer = TimestampWriter()
      text(count, output, TimestampWriter.room) { writer.write(words[$0], to: $1) }
    case .duration:
      let numbers = DurationText.numbers
      text(count, output, DurationText.room) { DurationText.write(words[$0], numbers, to: $1) }
    case .string, .bytes, .json, .list: preconditionFailure("writing \(input.type) as text")
    }
  }

  static func format(_ template: TimeTemplate, _ input: Column, _ count: Int, _ output: Column) {
    let words = input.words
    if template.isFixed {
      text(count, output, template.length) { template.write(words[$0], to: $1) }
    } else if template.format.isEpoch {
      var writer = EpochWriter()
      text(count, output, DecimalText.room) { writer.write(words[$0], to: $1) }
    } else {
      text(count, output, template.format.maximumLength) { template.format.write(words[$0], $1) }
    }
  }

  /// Lets `body` write each row's text into at most `most` bytes; it returns how many they are.
  ///
  /// Rows with marks write no bytes: what they hold may have no text.
  @inline(__always)
  private static func text(
    _ count: Int,
    _ output: Column,
    _ most: Int,
    _ body: (Int, UnsafeMutableRawPointer) -> Int
  ) {
    output.reserve(bytes: count * most, used: 0)
    let arena = output.bytes
    let offsets = output.offsets
    let hasMarks = output.hasMarks
    let marks = output.marks
    var end = 0
    for row in 0..<count {
      if !hasMarks || marks[row] == 0 { end &+= body(row, arena + end) }
      offsets[row &+ 1] = UInt32(truncatingIfNeeded: end)
    }
  }

  /// The same bytes under another type.
  static func relabel(_ input: Column, _ count: Int, _ output: Column) {
    let total = input.byteCount(rows: count)
    output.reserve(bytes: total, used: 0)
    memcpy(output.offsets, input.offsets, (count + 1) * 4)
    memcpy(output.bytes, input.bytes, total)
  }

  /// Bytes as text, if they are UTF-8.
  static func validate(_ input: Column, _ failure: RowMark, _ count: Int, _ output: Column) {
    // Rows with marks have no bytes, and ASCII is UTF-8.
    if TextKernels.isASCII(input, count) { return relabel(input, count, output) }
    let texts = TextLane(Lane(column: input, isConstant: false))
    TextKernels.write(count, input.byteCount(rows: count), output) { row, writer in
      let text = texts[row]
      guard String(validating: text, as: UTF8.self) != nil else { return failure }
      writer.append(text)
      return .value
    }
  }
}
