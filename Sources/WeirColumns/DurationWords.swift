// The function is a leaf that other targets inline: a call costs as much as what it does.

/// Reads durations as Weir writes them, such as `1h30m`, by words of eight bytes.
@usableFromInline
package enum DurationWords {
  /// A unit as it stands behind a number.
  @usableFromInline
  package struct Unit {
    /// Its one or two letters, the first in the lower byte; 0: there is no such unit.
    @usableFromInline var letters: UInt16 = 0
    /// 1 for days up to 6 for microseconds.
    @usableFromInline var rank: UInt16 = 0
    /// Microseconds.
    @usableFromInline var length: UInt64 = 0
  }

  /// The microseconds of a text of at most 16 bytes; nil if it is none that is read here: it may be a
  /// duration all the same.
  ///
  /// Where the digits end is known for all numbers before any is read, so that they need not wait for
  /// each other. 24 bytes from the start may be read. Numbers of eight digits fit with any unit.
  @inlinable
  @inline(__always)
  package static func read(
    _ start: UnsafeRawPointer,
    _ count: Int,
    _ units: UnsafePointer<Unit>
  ) -> Int64? {
    guard count &- 2 < 15, count >= 2 else { return nil }
    let first = DigitWords.stops(UInt64(littleEndian: start.loadUnaligned(as: UInt64.self)))
    let second = start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let letters =
      (ByteMask.bits(first) | ByteMask.bits(DigitWords.stops(UInt64(littleEndian: second))) &<< 8)
      & (1 &<< UInt64(truncatingIfNeeded: count) &- 1)
    guard letters &>> UInt64(truncatingIfNeeded: count &- 1) == 1 else { return nil }
    var place = 0
    var rank: UInt16 = 0
    var sum: UInt64 = 0
    while place < count {
      let left = letters &>> UInt64(truncatingIfNeeded: place)
      let digits = left.trailingZeroBitCount
      guard digits &- 1 < 8, digits > 0 else { return nil }
      let word = start.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      let number = DigitWords.number(DigitWords.padded(UInt64(littleEndian: word), digits))
      place &+= digits
      let hasTwo = Int(truncatingIfNeeded: left &>> UInt64(truncatingIfNeeded: digits &+ 1)) & 1
      let pair = UInt16(littleEndian: start.loadUnaligned(fromByteOffset: place, as: UInt16.self))
      let name = hasTwo == 1 ? pair : pair & 0xff
      let unit = units[Int(name & 31) | hasTwo &<< 5]
      guard unit.letters == name, unit.rank > rank else { return nil }
      rank = unit.rank
      sum &+= number &* unit.length
      place &+= 1 &+ hasTwo
    }
    return Int64(truncatingIfNeeded: sum)
  }

  /// The units, by the low five bits of their first letter and, above these, whether they have two.
  // Never freed; a global table of raw memory is read without the checks of an array.
  nonisolated(unsafe) package static let units: UnsafePointer<Unit> = {
    let memory = UnsafeMutablePointer<Unit>.allocate(capacity: 64)
    memory.initialize(repeating: Unit(), count: 64)
    let names: [(UInt16, UInt64)] = [
      (0x64, 86_400_000_000), (0x68, 3_600_000_000), (0x6d, 60_000_000), (0x73, 1_000_000),
      (0x736d, 1_000), (0x7375, 1),
    ]
    for (place, (letters, length)) in names.enumerated() {
      let index = Int(letters & 31) | (letters > 0xff ? 32 : 0)
      memory[index] = Unit(letters: letters, rank: UInt16(place + 1), length: length)
    }
    return UnsafePointer(memory)
  }()
}
