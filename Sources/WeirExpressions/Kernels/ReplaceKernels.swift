import Glibc
import WeirColumns

/// The function `replace`.
enum ReplaceKernels {
  /// Each text with every occurrence of a wanted text replaced.
  static func replace(
    _ input: Lane,
    _ wanted: Lane,
    _ replacement: Lane,
    _ count: Int,
    _ output: Column
  ) {
    let wantedTexts = TextLane(wanted)
    let replacements = TextLane(replacement)
    if !input.isConstant, wanted.isConstant, replacement.isConstant,
      !wanted.column.hasMarks, !replacement.column.hasMarks, !wantedTexts[0].isEmpty
    {
      // Then the marks are those of the input, whose rows with marks have no bytes.
      if wantedTexts[0].count == 1, replacements[0].count == 1 {
        exchange(input.column, wantedTexts[0][0], replacements[0][0], count, output)
      } else if let short = ShortSeparator(wantedTexts[0]),
        replacements[0].count <= 4 * short.length
      {
        replaceShort(input.column, short, replacements[0], count, output)
      } else {
        replaceAll(input.column, wantedTexts[0], replacements[0], count, output)
      }
      return
    }
    let texts = TextLane(input)
    TextKernels.write(count, 0, output) { row, writer in
      let text = texts[row]
      let needle = wantedTexts[row]
      var start = 0
      if let bytes = text.baseAddress, let wanted = needle.baseAddress, !needle.isEmpty {
        let last = text.count &- needle.count
        while true {
          let found = TextSearch.find(wanted, needle.count, bytes, from: start, to: last)
          guard found <= last else { break }
          writer.append(UnsafeRawBufferPointer(rebasing: text[start..<found]))
          writer.append(replacements[row])
          start = found &+ needle.count
        }
      }
      writer.append(UnsafeRawBufferPointer(rebasing: text[start...]))
      return .value
    }
  }

  /// Replaces a byte by another in the whole arena.
  private static func exchange(
    _ input: Column,
    _ wanted: UInt8,
    _ replacement: UInt8,
    _ count: Int,
    _ output: Column
  ) {
    let total = input.byteCount(rows: count)
    output.reserve(bytes: total, used: 0)
    memcpy(output.offsets, input.offsets, (count + 1) * 4)
    let from = input.arena
    let to = output.arena
    for place in 0..<total {
      let byte = from[place]
      to[place] = byte == wanted ? replacement : byte
    }
  }

  /// Looks through the arena as if it were one text, and copies what lies between two occurrences
  /// at once, whatever rows it belongs to.
  private static func replaceAll(
    _ input: Column,
    _ wanted: UnsafeRawBufferPointer,
    _ replacement: UnsafeRawBufferPointer,
    _ count: Int,
    _ output: Column
  ) {
    guard let needle = wanted.baseAddress else { return }
    let total = input.byteCount(rows: count)
    let bytes = UnsafeRawPointer(input.arena)
    let from = input.offsets
    let to = output.offsets
    var writer = TextWriter(output, bytes: total)
    // Copied up to here.
    var start = 0
    // The next row to end, and where it ends in the input.
    var row = 0
    var rowEnd = count > 0 ? Int(from[1]) : 0
    var place = 0
    while true {
      let found = TextSearch.find(
        needle,
        wanted.count,
        bytes,
        from: place,
        to: total - wanted.count
      )
      guard found <= total - wanted.count else { break }
      // Rows that end before it are moved by what was put in or taken out so far.
      while found >= rowEnd {
        to[row &+ 1] = UInt32(truncatingIfNeeded: writer.end &+ rowEnd &- start)
        row &+= 1
        rowEnd = Int(from[row &+ 1])
      }
      guard found &+ wanted.count <= rowEnd else {
        place = found &+ 1
        continue
      }
      writer.append(UnsafeRawBufferPointer(start: bytes + start, count: found &- start))
      writer.append(replacement)
      start = found &+ wanted.count
      place = start
    }
    let moved = writer.end - start
    writer.append(UnsafeRawBufferPointer(start: bytes + start, count: total - start))
    while row < count {
      to[row &+ 1] = UInt32(truncatingIfNeeded: Int(from[row &+ 1]) &+ moved)
      row &+= 1
    }
  }

  /// Does what `replaceAll` does for a short text by one of at most four times its length: there is
  /// room for as many as could be, and all in 32 bytes are found at once.
  private static func replaceShort(
    _ input: Column,
    _ wanted: ShortSeparator,
    _ replacement: UnsafeRawBufferPointer,
    _ count: Int,
    _ output: Column
  ) {
    let total = input.byteCount(rows: count)
    // All of it replaced, or all but the last byte.
    let most = (total / wanted.length + 1) * max(replacement.count, wanted.length)
    output.reserve(bytes: most, used: 0)
    let bytes = UnsafeRawPointer(input.arena)
    let target = output.arena
    let from = input.offsets
    let to = output.offsets
    to[0] = 0
    // Copied from `start` to `end`.
    var start = 0
    var end = 0
    // The next row to end, and where it ends in the input.
    var row = 0
    var rowEnd = count > 0 ? Int(from[1]) : 0
    var window = 0
    while window < total {
      // A text of two bytes may begin in the last place of a window.
      let seen = ShortSeparator.longestText &+ wanted.length &- 1
      var places = wanted.places(in: bytes + window, min(seen, total &- window))
      while places != 0 {
        let found = window &+ places.trailingZeroBitCount
        places &= places &- 1
        // Rows that end before it are moved by what was put in or taken out so far.
        while found >= rowEnd {
          to[row &+ 1] = UInt32(truncatingIfNeeded: end &+ rowEnd &- start)
          row &+= 1
          rowEnd = Int(from[row &+ 1])
        }
        guard found &+ wanted.length <= rowEnd else { continue }
        let kept = found &- start
        copyText(UnsafeRawBufferPointer(start: bytes + start, count: kept), to: target + end)
        copyText(replacement, to: target + end + kept)
        end &+= kept &+ replacement.count
        start = found &+ wanted.length
      }
      window &+= ShortSeparator.longestText
    }
    copyText(UnsafeRawBufferPointer(start: bytes + start, count: total - start), to: target + end)
    let moved = end - start
    while row < count {
      to[row &+ 1] = UInt32(truncatingIfNeeded: Int(from[row &+ 1]) &+ moved)
      row &+= 1
    }
  }
}
