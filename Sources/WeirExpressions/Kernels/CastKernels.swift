import Glibc
import WeirColumns

/// Casts between text and other types, and the formatting of times.
enum CastKernels {
  /// Reads values of the output's type from text; what is no such value gets the mark `failure`.
  static func read(_ input: Column, _ failure: RowMark, _ count: Int, _ output: Column) {
    switch output.type {
    case .int: words(input, failure, count, output) { ScalarReader.integer($0) }
    case .decimal(let scale):
      words(input, failure, count, output) { ScalarReader.decimal($0, scale: scale) }
    case .timestamp: words(input, failure, count, output) { RFC3339.read($0) }
    case .duration: words(input, failure, count, output) { DurationReader.read($0) }
    case .float:
      words(input, failure, count, output) { text in
        ScalarReader.float(text).map { Int64(bitPattern: $0.bitPattern) }
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
      text(count, output) { ScalarWriter.bool(flags[$0] & 1 == 1, &$1) }
    case .int: text(count, output) { ScalarWriter.integer(words[$0], &$1) }
    case .decimal(let scale):
      text(count, output) { ScalarWriter.decimal(words[$0], scale: scale, &$1) }
    case .float:
      let doubles = input.doubles
      text(count, output) { ScalarWriter.float(doubles[$0], &$1) }
    case .timestamp: text(count, output) { RFC3339.write(words[$0], &$1) }
    case .duration: text(count, output) { DurationWriter.write(words[$0], &$1) }
    case .string, .bytes, .json, .list: preconditionFailure("writing \(input.type) as text")
    }
  }

  static func format(_ format: TimeFormat, _ input: Column, _ count: Int, _ output: Column) {
    let words = input.words
    text(count, output, format.maximumLength) { format.write(words[$0], &$1) }
  }

  /// Lets `body` write each row's text, at most `most` bytes.
  @inline(__always)
  private static func text(
    _ count: Int,
    _ output: Column,
    _ most: Int = ByteSink.scalarLength,
    _ body: (Int, inout ByteSink) -> Void
  ) {
    TextKernels.write(count, 0, output) { row, writer in
      var sink = writer.sink(most)
      body(row, &sink)
      writer.take(sink)
      return .value
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
    let texts = TextLane(Lane(column: input, isConstant: false))
    TextKernels.write(count, input.byteCount(rows: count), output) { row, writer in
      let text = texts[row]
      guard String(validating: text, as: UTF8.self) != nil else { return failure }
      writer.append(text)
      return .value
    }
  }
}
