import Glibc

// Sections of an arena: its blocks, and how they are dealt out.

extension ByteArena {
  private static let width = 1 << blockShift

  /// Sections so far.
  var sectionCount: Int { (blockCount + 1 << Self.sectionShift - 1) >> Self.sectionShift }

  /// What waits to be written of a section, as it was at the mark; nil: nothing.
  func takeSection(_ address: StateAddress) -> StateSection? {
    let number = address.section
    let first = number << Self.sectionShift
    let blocks = first..<min(first + 1 << Self.sectionShift, blockCount)
    guard isMarked, !blocks.isEmpty, changes.hasPending(blocks) || aside.has(chunk: number) else {
      return nil
    }
    var bits = [UInt64](repeating: 0, count: (1 << Self.sectionShift) >> 6)
    bits.withUnsafeMutableBufferPointer { buffer in
      guard let words = buffer.baseAddress else { return }
      changes.takePending(blocks, into: words, at: 0)
    }
    var copies: [UnsafeRawPointer?] = Array(repeating: nil, count: 1 << Self.sectionShift)
    aside.take(chunk: number) { place, copy in
      copies[place] = copy
      bits[place >> 6] |= 1 << UInt64(place & 63)
    }
    let bytes = SectionBytes.make(bits, shift: Self.sectionShift, widths: [Self.width]) {
      _,
      start in
      var target = start
      SectionBytes.eachPlace(bits) { place in
        memcpy(target, copies[place] ?? UnsafeRawPointer(block(first + place).pointer), Self.width)
        target += Self.width
      }
    }
    let isWhole = !(number < isBased.count && isBased[number])
    noteBased(number)
    return StateSection(address, isWhole: isWhole, bytes: bytes)
  }

  private func noteBased(_ section: Int) {
    while isBased.count <= section { isBased.append(false) }
    isBased[section] = true
  }

  /// Takes stored blocks in; the head has been restored.
  func restore(_ section: StateSection) throws(WeirError) {
    let bytes = try SectionBytes(section, shift: Self.sectionShift, widths: [Self.width])
    let number = section.address.section
    let first = number << Self.sectionShift
    guard let last = bytes.places.last, reach(section: number, last: first + Int(last)) else {
      throw .damagedState(section.address, "its blocks are not those of the key group")
    }
    guard (number < isBased.count && isBased[number]) != section.isWhole else {
      let what = section.isWhole ? "it comes twice" : "changes of what is not there"
      throw .damagedState(section.address, what)
    }
    noteBased(number)
    section.bytes.withUnsafeBytes { raw in
      guard let source = raw.baseAddress else { return }
      for (position, place) in bytes.places.enumerated() {
        memcpy(
          block(first + Int(place)).pointer,
          source + bytes.columnOffsets[0] + position * Self.width,
          Self.width
        )
      }
    }
  }
}

/// The bytes of an arena's head, little-endian:
///
///     offset   bytes
///          0       8   bytes of the next chunk
///          8       8   the chunk that pieces are cut from
///         16       8   where its rest begins
///         24       8   where it ends
///         32   32 x 8  the newest released piece of each size
///        288       4   chunks n
///        292   n x 4   bytes of each chunk, less 1
extension ByteArena.Head {
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(292 + sizes.count * 4)
    for number in [nextChunkBytes, current, offset, end] { bytes.append(number: number) }
    for reference in released { bytes.append(number: reference) }
    bytes.append(number: UInt32(sizes.count))
    for size in sizes { bytes.append(number: UInt32(size - 1)) }
    return bytes
  }

  /// Reads a head; throws if it does not fit together.
  init(_ section: StateSection) throws(WeirError) {
    var reader = StateReader(section.bytes)
    nextChunkBytes = try reader.next(Int.self)
    current = try reader.next(Int.self)
    offset = try reader.next(Int.self)
    end = try reader.next(Int.self)
    for size in released.indices { released[size] = try reader.next(UInt64.self) }
    let count = Int(try reader.next(UInt32.self))
    guard section.bytes.count == 292 + count * 4, count < 1 << 24 else {
      throw .damagedState(section.address, "\(count) chunks in \(section.bytes.count) bytes")
    }
    for _ in 0..<count {
      let size = Int(try reader.next(UInt32.self)) + 1
      guard size >= 1024, size & (size - 1) == 0 else {
        throw .damagedState(section.address, "a chunk of \(size) bytes")
      }
      sizes.append(size)
    }
    let last = current < sizes.count && current >= 0 ? sizes[current] : 0
    guard offset >= 0, offset <= end, end <= last, (offset | end) & 15 == 0,
      nextChunkBytes >= 1024, nextChunkBytes <= ChunkPool.maximumChunkBytes,
      nextChunkBytes & (nextChunkBytes - 1) == 0
    else {
      throw .damagedState(section.address, "\(offset) ..< \(end) of chunk \(current) are left")
    }
    for reference in released where reference != 0 {
      let chunk = Int(reference >> 24 & 0xFF_FFFF)
      guard ByteArena.group(of: reference) == section.address.group, chunk < count,
        Int(reference & 0xFF_FFFF) * 16 < sizes[chunk]
      else { throw .damagedState(section.address, "a released piece at \(reference)") }
    }
  }
}
