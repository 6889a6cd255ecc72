import Glibc
import WeirColumns

/// `like` and `in` with constants.
///
/// The argument has a row for each row of the batch.
enum MatchKernels {
  static func like(_ pattern: LikePattern, _ input: Column, _ count: Int, _ output: Column) {
    let flags = output.flags
    switch pattern.shape {
    case .equal(let bytes):
      let lane = TextLane(Lane(column: input, isConstant: false))
      for row in 0..<count {
        let text = lane[row]
        flags[row] = text.count == bytes.count && text.elementsEqual(bytes) ? 1 : 0
      }
    case .prefix(let bytes): prefix(bytes, input, count, flags)
    case .suffix(let bytes): suffix(bytes, input, count, flags)
    case .contains(let bytes): contains(bytes, input, count, flags)
    case .general(let elements):
      let lane = TextLane(Lane(column: input, isConstant: false))
      elements.withUnsafeBufferPointer { elements in
        for row in 0..<count { flags[row] = LikePattern.matches(lane[row], elements) ? 1 : 0 }
      }
    }
  }

  /// Patterns from a column; one that ends within an escape is an invalid argument.
  static func like(
    escape: UInt8?,
    _ input: Lane,
    _ patterns: Lane,
    _ count: Int,
    _ output: Column
  ) {
    let texts = TextLane(input)
    let patterns = TextLane(patterns)
    let flags = output.flags
    var elements: [UInt16] = []
    for row in 0..<count {
      elements.removeAll(keepingCapacity: true)
      guard LikePattern.read(patterns[row], escape: escape, into: &elements) else {
        failValue(row, .invalidArgument, count, output)
        continue
      }
      let isMatch = elements.withUnsafeBufferPointer { LikePattern.matches(texts[row], $0) }
      flags[row] = isMatch ? 1 : 0
    }
  }

  private static func prefix(
    _ bytes: [UInt8],
    _ input: Column,
    _ count: Int,
    _ flags: UnsafeMutablePointer<UInt8>
  ) {
    let offsets = input.offsets
    let arena = UnsafeRawPointer(input.arena)
    let length = bytes.count
    let bits = ShortText.mask(length)
    let word = firstWord(bytes)
    bytes.withUnsafeBytes { wanted in
      for row in 0..<count {
        let start = Int(offsets[row])
        let isLong = Int(offsets[row &+ 1]) &- start >= length
        let found = arena.loadUnaligned(fromByteOffset: start, as: UInt64.self) & bits
        flags[row] = isLong && found == word ? 1 : 0
      }
      guard length > 8, let tail = wanted.baseAddress?.advanced(by: 8) else { return }
      for row in 0..<count where flags[row] == 1 {
        let start = arena + Int(offsets[row]) + 8
        flags[row] = memcmp(start, tail, length &- 8) == 0 ? 1 : 0
      }
    }
  }

  private static func suffix(
    _ bytes: [UInt8],
    _ input: Column,
    _ count: Int,
    _ flags: UnsafeMutablePointer<UInt8>
  ) {
    let offsets = input.offsets
    let arena = UnsafeRawPointer(input.arena)
    let length = bytes.count
    let bits = ShortText.mask(length)
    let word = firstWord(bytes)
    bytes.withUnsafeBytes { wanted in
      for row in 0..<count {
        let start = Int(offsets[row])
        let end = Int(offsets[row &+ 1])
        let isLong = end &- start >= length
        // A text that is too short must not be read in front of the arena.
        let place = isLong ? end &- length : start
        let found = arena.loadUnaligned(fromByteOffset: place, as: UInt64.self) & bits
        flags[row] = isLong && found == word ? 1 : 0
      }
      guard length > 8, let tail = wanted.baseAddress?.advanced(by: 8) else { return }
      for row in 0..<count where flags[row] == 1 {
        let start = arena + (Int(offsets[row &+ 1]) &- length &+ 8)
        flags[row] = memcmp(start, tail, length &- 8) == 0 ? 1 : 0
      }
    }
  }

  private static func firstWord(_ bytes: [UInt8]) -> UInt64 {
    var word: UInt64 = 0
    for (index, byte) in bytes.prefix(8).enumerated() { word |= UInt64(byte) << (index * 8) }
    return word
  }

  /// Searches the whole arena at once and finds the row of each place: rows are too short to start
  /// a search in each.
  private static func contains(
    _ bytes: [UInt8],
    _ input: Column,
    _ count: Int,
    _ flags: UnsafeMutablePointer<UInt8>
  ) {
    memset(flags, 0, count)
    let offsets = input.offsets
    let arena = UnsafeRawPointer(input.arena)
    bytes.withUnsafeBytes { wanted in
      guard let needle = wanted.baseAddress else { return }
      var row = 0
      var place = 0
      let last = input.byteCount(rows: count) - wanted.count
      while true {
        place = TextSearch.find(needle, wanted.count, arena, from: place, to: last)
        guard place <= last else { return }
        while Int(offsets[row &+ 1]) <= place { row &+= 1 }
        let end = Int(offsets[row &+ 1])
        if place &+ wanted.count <= end {
          flags[row] = 1
          place = end
        } else {
          place &+= 1
        }
      }
    }
  }

  // MARK: in

  /// Whether each word is one of `values`, which are ascending.
  static func member(_ values: [Int64], _ input: Column, _ count: Int, _ output: Column) {
    let words = input.words
    let flags = output.flags
    memset(flags, 0, count)
    guard values.count > 8 else {
      for value in values {
        for row in 0..<count { flags[row] |= words[row] == value ? 1 : 0 }
      }
      return
    }
    values.withUnsafeBufferPointer { values in
      for row in 0..<count {
        let word = words[row]
        var low = 0
        var high = values.count
        while low < high {
          let middle = (low &+ high) / 2
          if values[middle] < word { low = middle &+ 1 } else { high = middle }
        }
        flags[row] = low < values.count && values[low] == word ? 1 : 0
      }
    }
  }

  /// Whether each text is one of the first `size` rows of `values`, which are ascending.
  static func member(
    _ values: Column,
    _ size: Int,
    _ input: Column,
    _ count: Int,
    _ output: Column
  ) {
    let texts = TextLane(Lane(column: input, isConstant: false))
    let values = TextLane(Lane(column: values, isConstant: false))
    let flags = output.flags
    guard size > 6 else {
      memset(flags, 0, count)
      for value in 0..<size { CompareKernels.add(values[value], texts, count, flags) }
      return
    }
    for row in 0..<count {
      let text = texts[row]
      var low = 0
      var high = size
      while low < high {
        let middle = (low &+ high) / 2
        if ShortText.order(values[middle], text) < 0 { low = middle &+ 1 } else { high = middle }
      }
      flags[row] = low < size && ShortText.areEqual(values[low], text) ? 1 : 0
    }
  }
}

/// Marks a row as failed unless it has a mark already.
func failValue(_ row: Int, _ mark: RowMark, _ count: Int, _ output: Column) {
  output.beginMarks(rows: count)
  if output.marks[row] == 0 { output.marks[row] = mark.rawValue }
}
