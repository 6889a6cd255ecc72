import Glibc
import WeirColumns

/// Functions on text.
///
/// Rows with marks write no bytes.
enum TextKernels {
  /// Runs `body` for each row that has a value; its mark, if not 0, takes the row back.
  @inline(__always)
  static func write(
    _ count: Int,
    _ bytes: Int,
    _ output: Column,
    _ body: (Int, inout TextWriter) -> RowMark
  ) {
    var writer = TextWriter(output, bytes: bytes)
    // Rows that fail on the way mark none but themselves.
    let hasMarks = output.hasMarks
    let marks = output.marks
    for row in 0..<count {
      if !hasMarks || marks[row] == 0 {
        let mark = body(row, &writer)
        if mark != .value {
          writer.discardRow()
          MarkKernels.fail(row, mark.rawValue, count, output)
        }
      }
      writer.endRow()
    }
  }

  /// Copies a part of each text: `body` tells which, or the mark of its failure.
  ///
  /// Faster than `write`: the parts fit into the room of the whole, so that nothing is checked.
  @inline(__always)
  private static func slice(
    _ input: Lane,
    _ count: Int,
    _ output: Column,
    _ body: (Int, UnsafeRawBufferPointer) -> (Range<Int>, RowMark)
  ) {
    let bytes = input.column.byteCount(rows: input.isConstant ? 1 : count)
    output.reserve(bytes: input.isConstant ? bytes * count : bytes, used: 0)
    let texts = TextLane(input)
    let arena = output.arena
    let offsets = output.offsets
    let hasMarks = output.hasMarks
    let marks = output.marks
    var end = 0
    for row in 0..<count {
      if !hasMarks || marks[row] == 0 {
        let text = texts[row]
        let (part, mark) = body(row, text)
        if mark == .value {
          copyText(UnsafeRawBufferPointer(rebasing: text[part]), to: arena + end)
          end &+= part.count
        } else {
          MarkKernels.fail(row, mark.rawValue, count, output)
        }
      }
      offsets[row &+ 1] = UInt32(truncatingIfNeeded: end)
    }
  }

  /// Whether the arena holds nothing but ASCII; words at a time.
  static func isASCII(_ input: Column, _ count: Int) -> Bool {
    let bytes = UnsafeRawPointer(input.arena)
    let total = input.byteCount(rows: count)
    var all: UInt64 = 0
    var place = 0
    while place &+ 32 <= total {
      all |= bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      all |= bytes.loadUnaligned(fromByteOffset: place &+ 8, as: UInt64.self)
      all |= bytes.loadUnaligned(fromByteOffset: place &+ 16, as: UInt64.self)
      all |= bytes.loadUnaligned(fromByteOffset: place &+ 24, as: UInt64.self)
      place &+= 32
    }
    while place < total {
      all |= UInt64(bytes.load(fromByteOffset: place, as: UInt8.self))
      place &+= 1
    }
    return all & 0x8080_8080_8080_8080 == 0
  }

  static func changeCase(_ isUpper: Bool, _ input: Column, _ count: Int, _ output: Column) {
    let total = input.byteCount(rows: count)
    if isASCII(input, count) {
      output.reserve(bytes: total, used: 0)
      memcpy(output.offsets, input.offsets, (count + 1) * 4)
      let first = UInt8(ascii: isUpper ? "a" : "A")
      let from = input.arena
      let to = output.arena
      for place in 0..<total {
        let byte = from[place]
        to[place] = byte ^ (byte &- first < 26 ? 0x20 : 0)
      }
      return
    }
    let texts = TextLane(Lane(column: input, isConstant: false))
    write(count, total, output) { row, writer in
      let text = String(decoding: texts[row], as: UTF8.self)
      writer.append(copying: Array((isUpper ? text.uppercased() : text.lowercased()).utf8))
      return .value
    }
  }

  static func trim(_ side: TrimSide, _ input: Column, _ count: Int, _ output: Column) {
    slice(Lane(column: input, isConstant: false), count, output) { _, text in
      var start = 0
      var end = text.count
      if side != .right { while start < end, text[start] == 0x20 { start &+= 1 } }
      if side != .left { while end > start, text[end &- 1] == 0x20 { end &-= 1 } }
      return (start..<end, .value)
    }
  }

  /// Characters are Unicode scalars.
  static func length(_ input: Column, _ count: Int, _ output: Column) {
    let offsets = input.offsets
    let words = output.words
    if isASCII(input, count) {
      for row in 0..<count { words[row] = Int64(offsets[row &+ 1] &- offsets[row]) }
      return
    }
    let texts = TextLane(Lane(column: input, isConstant: false))
    for row in 0..<count {
      var characters: Int64 = 0
      for byte in texts[row] { characters &+= byte & 0xc0 == 0x80 ? 0 : 1 }
      words[row] = characters
    }
  }

  /// Characters from position `start` on, which counts from 1; without `lengths` to the end.
  static func substring(
    _ input: Column,
    _ starts: Column,
    _ lengths: Column?,
    _ count: Int,
    _ output: Column
  ) {
    let isPlain = isASCII(input, count)
    let starts = starts.words
    let lengths = lengths?.words
    slice(Lane(column: input, isConstant: false), count, output) { row, text in
      let start = starts[row]
      var end = Int64.max
      if let lengths {
        let length = lengths[row]
        guard length >= 0 else { return (0..<0, .invalidArgument) }
        let (sum, isOver) = start.addingReportingOverflow(length)
        end = isOver ? .max : sum
      }
      // Positions in front of the text exist but hold nothing, as in standard SQL.
      let from = Int(max(start, 1) &- 1)
      let upTo = Int(max(end, 1) &- 1)
      guard from < upTo else { return (0..<0, .value) }
      let first = isPlain ? min(from, text.count) : place(of: from, in: text)
      let last = isPlain ? min(upTo, text.count) : place(of: upTo, in: text)
      return (first..<max(first, last), .value)
    }
  }

  /// The offset at which character `index` begins, or the end.
  private static func place(of index: Int, in text: UnsafeRawBufferPointer) -> Int {
    // No text has more characters than bytes.
    guard index < text.count else { return text.count }
    var characters = -1
    for place in 0..<text.count {
      if text[place] & 0xc0 != 0x80 { characters &+= 1 }
      if characters == index { return place }
    }
    return text.count
  }

  /// Joins texts; `bytes` is at least what all results take together.
  static func concat(
    _ parts: UnsafeMutableBufferPointer<TextLane>,
    _ bytes: Int,
    _ count: Int,
    _ output: Column
  ) {
    output.reserve(bytes: bytes, used: 0)
    let arena = output.arena
    let offsets = output.offsets
    let hasMarks = output.hasMarks
    let marks = output.marks
    var end = 0
    for row in 0..<count {
      if !hasMarks || marks[row] == 0 {
        for part in parts {
          let text = part[row]
          copyText(text, to: arena + end)
          end &+= text.count
        }
      }
      offsets[row &+ 1] = UInt32(truncatingIfNeeded: end)
    }
  }

  /// The part with number `positions`, from 1; empty if there are not so many.
  static func splitPart(
    _ input: Lane,
    _ separator: Lane,
    _ positions: Column,
    _ count: Int,
    _ output: Column
  ) {
    let separators = TextLane(separator)
    let positions = positions.words
    if separator.isConstant, !separator.column.hasMarks,
      let short = ShortSeparator(separators[0])
    {
      slice(input, count, output) { row, text in
        guard positions[row] >= 1 else { return (0..<0, .invalidArgument) }
        guard text.count <= ShortSeparator.longestText, let bytes = text.baseAddress else {
          return (part(positions[row], of: text, separators[0]), .value)
        }
        return (short.part(positions[row], of: bytes, text.count), .value)
      }
      return
    }
    slice(input, count, output) { row, text in
      guard positions[row] >= 1 else { return (0..<0, .invalidArgument) }
      return (part(positions[row], of: text, separators[row]), .value)
    }
  }

  @inline(__always)
  private static func part(
    _ position: Int64,
    of text: UnsafeRawBufferPointer,
    _ separator: UnsafeRawBufferPointer
  ) -> Range<Int> {
    guard let bytes = text.baseAddress, let wanted = separator.baseAddress, !separator.isEmpty
    else { return 0..<(position == 1 ? text.count : 0) }
    let last = text.count &- separator.count
    var left = position
    var start = 0
    while true {
      let end = TextSearch.find(wanted, separator.count, bytes, from: start, to: last)
      left &-= 1
      if left == 0 { return start..<(end > last ? text.count : end) }
      guard end <= last else { return 0..<0 }
      start = end &+ separator.count
    }
  }

  static func startsWith(_ input: Lane, _ prefix: Lane, _ count: Int, _ output: Column) {
    let texts = TextLane(input)
    let prefixes = TextLane(prefix)
    let flags = output.flags
    for row in 0..<count {
      let text = texts[row]
      let wanted = prefixes[row]
      let isLong = text.count >= wanted.count
      let head = UnsafeRawBufferPointer(rebasing: text[..<min(text.count, wanted.count)])
      flags[row] = isLong && ShortText.areEqual(head, wanted) ? 1 : 0
    }
  }
}
