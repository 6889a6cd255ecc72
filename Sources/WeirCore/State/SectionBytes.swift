import Glibc

/// The bytes of a section: which slots it holds, and their columns.
///
///     offset   bytes
///          0       4   slots n
///          4       1   form of the places: 0 a list, 1 a set of bits
///          5       1   slots of a section, as a shift s: at most 12
///          6       2   columns
///          8           list: n x UInt16, ascending; set: 2^s bits, the lowest first
///                      zeros up to a multiple of 8
///                      for each column n values of its width, zeros up to a multiple of 8
///
/// Numbers are little-endian. A place is the slot's number in its key group, less that of the first
/// slot of the section.
struct SectionBytes {
  /// The places, ascending.
  let places: [UInt16]
  /// Where each column begins in the bytes.
  let columnOffsets: [Int]

  static let headBytes = 8
  /// The most slots of a section, as a shift.
  static let largestShift = 12

  /// The slots of a section of a table, as a shift: as many as fit into 64 KiB.
  static func shift(rowBytes: Int, chunkShift: Int) -> Int {
    var shift = chunkShift
    while shift < largestShift, rowBytes << (shift + 1) <= ChunkPool.maximumChunkBytes {
      shift += 1
    }
    return shift
  }

  private static func padded(_ bytes: Int) -> Int { (bytes + 7) & ~7 }

  private static func placesBytes(_ count: Int, _ shift: Int) -> (isList: Bool, bytes: Int) {
    let set = max(1, (1 << shift) >> 6) * 8
    return count * 2 < set ? (true, padded(count * 2)) : (false, set)
  }

  // MARK: Writing

  /// The bytes of the slots whose bits are set; `fill` writes one column after the other.
  static func make(
    _ bits: [UInt64],
    shift: Int,
    widths: [Int],
    _ fill: (Int, UnsafeMutableRawPointer) -> Void
  ) -> [UInt8] {
    let count = bits.reduce(0) { $0 + $1.nonzeroBitCount }
    let (isList, placesBytes) = placesBytes(count, shift)
    let total = widths.reduce(headBytes + placesBytes) { $0 + padded(count * $1) }
    return [UInt8](unsafeUninitializedCapacity: total) { buffer, initialized in
      guard let start = buffer.baseAddress.map({ UnsafeMutableRawPointer($0) }) else { return }
      start.storeBytes(of: UInt32(count), as: UInt32.self)
      start.storeBytes(of: isList ? 0 : 1, toByteOffset: 4, as: UInt8.self)
      start.storeBytes(of: UInt8(shift), toByteOffset: 5, as: UInt8.self)
      start.storeBytes(of: UInt16(widths.count), toByteOffset: 6, as: UInt16.self)
      writePlaces(bits, isList: isList, to: start + headBytes, placesBytes)
      var offset = headBytes + placesBytes
      for (column, width) in widths.enumerated() {
        // The padding lies in the last word of the column.
        let end = offset + padded(count * width)
        if end > offset { (start + end - 8).storeBytes(of: 0, as: UInt64.self) }
        fill(column, start + offset)
        offset = end
      }
      initialized = total
    }
  }

  private static func writePlaces(
    _ bits: [UInt64],
    isList: Bool,
    to start: UnsafeMutableRawPointer,
    _ bytes: Int
  ) {
    guard isList else {
      for (index, word) in bits.enumerated() {
        start.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self)
      }
      return
    }
    if bytes > 0 { (start + bytes - 8).storeBytes(of: 0, as: UInt64.self) }
    var offset = 0
    eachPlace(bits) { place in
      start.storeBytes(of: UInt16(place), toByteOffset: offset, as: UInt16.self)
      offset += 2
    }
  }

  /// Calls with each place whose bit is set.
  static func eachPlace(_ bits: [UInt64], _ body: (Int) -> Void) {
    for (index, word) in bits.enumerated() {
      var left = word
      while left != 0 {
        body(index << 6 + left.trailingZeroBitCount)
        left &= left - 1
      }
    }
  }

  // MARK: Reading

  /// Reads the head and the places; throws if the bytes are not those of such columns.
  init(_ section: StateSection, shift: Int, widths: [Int]) throws(WeirError) {
    let bytes = section.bytes
    func damage(_ what: String) -> WeirError { .damagedState(section.address, what) }
    guard bytes.count >= Self.headBytes else { throw damage("\(bytes.count) bytes have no head") }
    let count = bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
    guard bytes[5] == UInt8(shift) else {
      throw damage("its sections have 2^\(bytes[5]) slots, not 2^\(shift)")
    }
    guard count <= 1 << shift else { throw damage("\(count) of \(1 << shift) slots") }
    guard Int(bytes[6]) | Int(bytes[7]) << 8 == widths.count else {
      throw damage("the number of columns is not \(widths.count)")
    }
    let (isList, placesBytes) = Self.placesBytes(count, shift)
    guard bytes[4] == (isList ? 0 : 1) else { throw damage("places of form \(bytes[4])") }
    var offsets: [Int] = []
    var end = Self.headBytes + placesBytes
    for width in widths {
      offsets.append(end)
      end += Self.padded(count * width)
    }
    guard bytes.count == end else { throw damage("\(bytes.count) bytes where \(end) belong") }
    var places: [UInt16] = []
    places.reserveCapacity(count)
    if isList {
      for index in 0..<count {
        let place = UInt16(bytes[8 + index * 2]) | UInt16(bytes[9 + index * 2]) << 8
        guard place < 1 << shift, place > places.last ?? 0 || index == 0 else {
          throw damage("place \(place) in a list of \(count)")
        }
        places.append(place)
      }
    } else {
      let words = bytes.withUnsafeBytes { raw in
        (0..<placesBytes / 8).map {
          raw.loadUnaligned(fromByteOffset: Self.headBytes + $0 * 8, as: UInt64.self)
        }
      }
      Self.eachPlace(words) { places.append(UInt16($0)) }
      guard places.count == count, places.last ?? 0 < 1 << shift else {
        throw damage("\(places.count) bits for \(count) slots")
      }
    }
    self.places = places
    columnOffsets = offsets
  }

  /// Calls with each run of slots that follow each other and lie in one part of `1 << partShift`
  /// slots: its first place, its position among the places, and its length.
  func eachRun(partShift: Int, _ body: (Int, Int, Int) throws(WeirError) -> Void) throws(WeirError)
  {
    var position = 0
    while position < places.count {
      let first = Int(places[position])
      var count = 1
      while position + count < places.count, Int(places[position + count]) == first + count,
        (first + count) >> partShift == first >> partShift
      { count += 1 }
      try body(first, position, count)
      position += count
    }
  }
}

extension WeirError {
  /// A section whose bytes make no sense, though they are as they were written.
  static func damagedState(_ address: StateAddress, _ what: String) -> WeirError {
    WeirError(
      "E514",
      "restore state: \(address)",
      detail: what,
      hint: "use an older checkpoint",
      blame: .weir
    )
  }
}
