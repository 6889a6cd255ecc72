// Kernels over words. Pointers are hoisted by the caller and cover `count` elements; arithmetic
// wraps on purpose, since encoder and decoder wrap alike. The generic ones stay in this target.

/// The least and the greatest of some words.
struct WordRange {
  var least: Int64
  var greatest: Int64

  /// Their distance; exact even between the least and the greatest of all words.
  var span: UInt64 { UInt64(bitPattern: greatest &- least) }
}

enum WordKernels {
  /// The range of at least one word.
  static func range(_ words: UnsafePointer<Int64>, _ count: Int) -> WordRange {
    var least = words[0]
    var greatest = words[0]
    for row in 0..<count {
      let word = words[row]
      least = word < least ? word : least
      greatest = word > greatest ? word : greatest
    }
    return WordRange(least: least, greatest: greatest)
  }

  /// The range of the steps from row to row, of at least two words.
  static func stepRange(_ words: UnsafePointer<Int64>, _ count: Int) -> WordRange {
    var least = words[1] &- words[0]
    var greatest = least
    for row in 1..<count {
      let step = words[row] &- words[row &- 1]
      least = step < least ? step : least
      greatest = step > greatest ? step : greatest
    }
    return WordRange(least: least, greatest: greatest)
  }

  /// Whether all distances from `base` are multiples of 1,000.
  static func areThousands(_ words: UnsafePointer<Int64>, _ count: Int, base: Int64) -> Bool {
    var rest: UInt64 = 0
    for row in 0..<count { rest |= UInt64(bitPattern: words[row] &- base) % 1000 }
    return rest == 0
  }

  /// Whether all distances from `base` are multiples of 1,000,000.
  static func areMillions(_ words: UnsafePointer<Int64>, _ count: Int, base: Int64) -> Bool {
    var rest: UInt64 = 0
    for row in 0..<count { rest |= UInt64(bitPattern: words[row] &- base) % 1_000_000 }
    return rest == 0
  }

  /// Writes the distances from `base`, a unit of 1, 1,000 or 1,000,000 each.
  static func putOffsets<Number: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ words: UnsafePointer<Int64>,
    _ count: Int,
    base: Int64,
    unit: Int64,
    as type: Number.Type,
    to target: UnsafeMutableRawPointer
  ) {
    let size = MemoryLayout<Number>.size
    // A loop for each unit, because division by a constant is a multiplication.
    switch unit {
    case 1:
      for row in 0..<count {
        let number = Number(truncatingIfNeeded: words[row] &- base)
        target.storeBytes(of: number, toByteOffset: row &* size, as: type)
      }
    case 1000:
      for row in 0..<count {
        let number = UInt64(bitPattern: words[row] &- base) / 1000
        target.storeBytes(
          of: Number(truncatingIfNeeded: number),
          toByteOffset: row &* size,
          as: type
        )
      }
    default:
      for row in 0..<count {
        let number = UInt64(bitPattern: words[row] &- base) / 1_000_000
        target.storeBytes(
          of: Number(truncatingIfNeeded: number),
          toByteOffset: row &* size,
          as: type
        )
      }
    }
  }

  /// Reads what `putOffsets` wrote, with any unit.
  static func takeOffsets<Number: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawPointer,
    _ count: Int,
    base: Int64,
    unit: Int64,
    as type: Number.Type,
    to words: UnsafeMutablePointer<Int64>
  ) {
    let size = MemoryLayout<Number>.size
    guard unit != 1 else {
      for row in 0..<count {
        let number = source.loadUnaligned(fromByteOffset: row &* size, as: type)
        words[row] = base &+ Int64(truncatingIfNeeded: number)
      }
      return
    }
    for row in 0..<count {
      let number = source.loadUnaligned(fromByteOffset: row &* size, as: type)
      words[row] = base &+ Int64(truncatingIfNeeded: number) &* unit
    }
  }

  /// Writes how much more than `least` the steps from row to row are, one fewer than words.
  static func putSteps<Number: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ words: UnsafePointer<Int64>,
    _ count: Int,
    least: Int64,
    as type: Number.Type,
    to target: UnsafeMutableRawPointer
  ) {
    let size = MemoryLayout<Number>.size
    for row in 1..<count {
      let number = Number(truncatingIfNeeded: words[row] &- words[row &- 1] &- least)
      target.storeBytes(of: number, toByteOffset: (row &- 1) &* size, as: type)
    }
  }

  /// Reads what `putSteps` wrote.
  static func takeSteps<Number: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawPointer,
    _ count: Int,
    first: Int64,
    least: Int64,
    as type: Number.Type,
    to words: UnsafeMutablePointer<Int64>
  ) {
    let size = MemoryLayout<Number>.size
    var word = first
    words[0] = word
    for row in 1..<count {
      let number = source.loadUnaligned(fromByteOffset: (row &- 1) &* size, as: type)
      word = word &+ (least &+ Int64(truncatingIfNeeded: number))
      words[row] = word
    }
  }

  /// Copies words, with that of the first unmarked row in the place of all that are marked.
  static func copyUnmarked(
    _ words: UnsafePointer<Int64>,
    _ marks: UnsafePointer<UInt8>,
    _ count: Int,
    to target: UnsafeMutablePointer<Int64>
  ) {
    var first = 0
    while first < count && marks[first] != 0 { first &+= 1 }
    let filler = first < count ? words[first] : 0
    for row in 0..<count { target[row] = marks[row] == 0 ? words[row] : filler }
  }

  /// Whether no word is, as a float, infinite or not a number.
  static func areFinite(_ words: UnsafePointer<Int64>, _ count: Int) -> Bool {
    let exponent: Int64 = 0x7ff0_0000_0000_0000
    var bad = false
    for row in 0..<count { bad = bad || words[row] & exponent == exponent }
    return !bad
  }

  /// The least of 1, 2, 4 and 8 bytes that hold `number`.
  static func width(_ number: UInt64) -> Int {
    if number <= 0xff { return 1 }
    if number <= 0xffff { return 2 }
    return number <= 0xffff_ffff ? 4 : 8
  }
}
