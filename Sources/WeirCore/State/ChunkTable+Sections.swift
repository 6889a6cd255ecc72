import Glibc

// Sections of a table: out of its chunks at the mark, and into chunks of another one.

extension ChunkTable {
  /// Slots of a section, as a shift.
  var sectionShift: Int { SectionBytes.shift(rowBytes: rowBytes, chunkShift: shift) }

  /// The chunks of a section among those of its key group.
  func chunks(of section: Int, _ chunks: [UInt32]) -> ArraySlice<UInt32> {
    let shift = sectionShift - shift
    let first = section << shift
    guard first < chunks.count else { return [] }
    return chunks[first..<min(first + 1 << shift, chunks.count)]
  }

  /// Slots that follow each other and were copied alike.
  private struct Run {
    // A chunk, or the copy of one slot; both outlive the call.
    var base: UnsafeRawPointer
    var place: Int
    var count: Int
    var isAside: Bool
  }

  /// What waits to be written of a section, as it was at the mark; nil: nothing.
  func takeSection(_ address: StateAddress, _ groupChunks: [UInt32]) -> StateSection? {
    let chunks = chunks(of: address.section, groupChunks)
    guard isMarked, let first = chunks.first else { return nil }
    var bits = [UInt64](repeating: 0, count: max(1, (1 << sectionShift) >> 6))
    var copies: [UnsafeRawPointer?] = []
    var any = false
    for (index, number) in chunks.enumerated() {
      let start = Int(number) << shift
      let slots = start..<start + 1 << shift
      guard slots.upperBound <= changes.words << 6 else { continue }
      if changes.hasPending(slots) {
        any = true
        bits.withUnsafeMutableBufferPointer { buffer in
          guard let words = buffer.baseAddress else { return }
          changes.takePending(slots, into: words, at: index << shift)
        }
      }
      guard aside.has(chunk: Int(number)) else { continue }
      any = true
      if copies.isEmpty { copies = Array(repeating: nil, count: 1 << sectionShift) }
      aside.take(chunk: Int(number)) { place, copy in
        let place = index << shift + place
        copies[place] = copy
        bits[place >> 6] |= 1 << UInt64(place & 63)
      }
    }
    guard any else { return nil }
    let runs = runs(bits, copies, Array(chunks))
    let bytes = SectionBytes.make(bits, shift: sectionShift, widths: columns.map(\.width)) {
      gather($0, runs, to: $1)
    }
    let isWhole = !isBased(Int(first))
    setBased(Int(first), true)
    return StateSection(address, isWhole: isWhole, bytes: bytes)
  }

  private func runs(_ bits: [UInt64], _ copies: [UnsafeRawPointer?], _ chunks: [UInt32]) -> [Run] {
    var runs: [Run] = []
    let mask = 1 << shift - 1
    SectionBytes.eachPlace(bits) { place in
      if !copies.isEmpty, let copy = copies[place] {
        runs.append(Run(base: copy, place: 0, count: 1, isAside: true))
        return
      }
      let inChunk = place & mask
      if let last = runs.last, !last.isAside, inChunk != 0, last.place + last.count == inChunk,
        last.base == pointers[Int(chunks[place >> shift])].map({ UnsafeRawPointer($0) })
      {
        runs[runs.count - 1].count += 1
        return
      }
      guard let base = chunk(Int(chunks[place >> shift])) else {
        preconditionFailure("a slot waits whose chunk is not there")
      }
      runs.append(Run(base: UnsafeRawPointer(base), place: inChunk, count: 1, isAside: false))
    }
    return runs
  }

  private func gather(_ column: Int, _ runs: [Run], to start: UnsafeMutableRawPointer) {
    let width = columns[column].width
    let offset = columns[column].offset
    let offsetAside = columns[..<column].reduce(0) { $0 + $1.width }
    var target = start
    for run in runs {
      if run.isAside {
        memcpy(target, run.base + offsetAside, width)
      } else {
        memcpy(target, run.base + offset + run.place * width, run.count * width)
      }
      target += run.count * width
    }
  }

  /// Takes a stored section in; `place` says which chunk holds the so many-th of its key group.
  ///
  /// Throws if the bytes do not fit, a whole section comes twice, or a change without one.
  func restore(
    _ section: StateSection,
    chunk number: (Int) throws(WeirError) -> Int
  ) throws(WeirError) {
    let bytes = try SectionBytes(section, shift: sectionShift, widths: columns.map(\.width))
    let firstOrdinal = section.address.section << (sectionShift - shift)
    let first = try number(firstOrdinal)
    guard isBased(first) != section.isWhole else {
      let what = section.isWhole ? "it comes twice" : "changes of what is not there"
      throw .damagedState(section.address, what)
    }
    setBased(first, true)
    try bytes.eachRun(partShift: shift) { place, position, count throws(WeirError) in
      let base = make(try number(firstOrdinal + place >> shift))
      section.bytes.withUnsafeBytes { raw in
        guard let source = raw.baseAddress else { return }
        for (column, offset) in zip(columns, bytes.columnOffsets) {
          memcpy(
            base + column.offset + (place & (1 << shift - 1)) * column.width,
            source + offset + position * column.width,
            count * column.width
          )
        }
      }
    }
  }
}
