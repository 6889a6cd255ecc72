import Glibc
import WeirColumns

/// A short byte string in place, or where a longer one lies.
///
///     byte  0 ..< 8     the first bytes                 long: the reference into an arena
///     byte  8 ..< 15    further bytes, then zeros       long: the length, in bytes 8 ..< 12
///     byte 15           0 none, 1 + length (1 ... 16), 0xFE null, 0xFF long
///
/// Of two cells of which neither is long, equal bits mean equal bytes.
struct Cell: BitwiseCopyable {
  var low: UInt64
  var high: UInt64

  static let longestInline = 15
  private static let nullKind: UInt64 = 0xFE
  private static let longKind: UInt64 = 0xFF

  static let none = Cell(low: 0, high: 0)
  static let null = Cell(low: 0, high: nullKind << 56)
  static let empty = Cell(low: 0, high: 1 << 56)

  /// The first `count` <= 15 of the 16 readable bytes at `start`.
  @inline(__always)
  static func inline(_ start: UnsafeRawPointer, _ count: Int) -> Cell {
    let bits = UInt64(truncatingIfNeeded: count &* 8)
    let low: UInt64 = count >= 8 ? ~0 : (1 &<< bits) &- 1
    let high: UInt64 = count <= 8 ? 0 : (1 &<< (bits &- 64)) &- 1
    return Cell(
      low: start.loadUnaligned(as: UInt64.self) & low,
      high: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & high
        | UInt64(truncatingIfNeeded: count &+ 1) &<< 56
    )
  }

  /// Eight bytes that compare as the number does.
  @inline(__always)
  static func word(_ ordered: Int64) -> Cell {
    Cell(low: UInt64(bitPattern: ordered ^ .min).byteSwapped, high: 9 << 56)
  }

  /// Bytes that lie elsewhere: at an arena reference, or, in a batch, at an address.
  @inline(__always)
  static func long(at reference: UInt64, count: Int) -> Cell {
    Cell(low: reference, high: longKind << 56 | UInt64(truncatingIfNeeded: count))
  }

  @inline(__always) var isNone: Bool { high &>> 56 == 0 }
  @inline(__always) var isNull: Bool { high &>> 56 == Self.nullKind }
  @inline(__always) var isLong: Bool { high &>> 56 == Self.longKind }

  /// False for what no cell is: a kind that there is not, or a long one of few bytes.
  var isWellFormed: Bool {
    switch high >> 56 {
    case 0...UInt64(Self.longestInline + 1), Self.nullKind: true
    case Self.longKind: count > Self.longestInline
    default: false
    }
  }

  /// Bytes of the value.
  @inline(__always)
  var count: Int {
    let kind = Int(truncatingIfNeeded: high &>> 56)
    if kind == 0xFF { return Int(high & 0xFFFF_FFFF) }
    return kind == 0 || kind == 0xFE ? 0 : kind &- 1
  }

  /// The number whose `word` cell this is.
  @inline(__always)
  var orderedWord: Int64 { Int64(bitPattern: low.byteSwapped) ^ .min }

  @inline(__always)
  static func sameBits(_ left: Cell, _ right: Cell) -> Bool {
    (left.low ^ right.low) | (left.high ^ right.high) == 0
  }
}

/// Numbers of a column as `Int64` that compare as the values do.
enum OrderedWord {
  /// A float's bits so that integers compare as floats do; minus zero becomes zero.
  @inline(__always)
  static func of(_ value: Double) -> Int64 {
    let bits = Int64(bitPattern: (value + 0.0).bitPattern)
    return bits ^ (bits &>> 63 & .max)
  }

  @inline(__always)
  static func double(_ ordered: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: ordered ^ (ordered &>> 63 & .max)))
  }

  /// Gathers the rows of a byte or word column; marks are not looked at.
  static func gather(
    _ column: Column,
    _ rows: UnsafePointer<UInt16>,
    _ count: Int,
    into ordered: UnsafeMutablePointer<Int64>
  ) {
    switch column.layout {
    case .byte:
      let flags = column.flags
      for position in 0..<count { ordered[position] = Int64(flags[Int(rows[position])]) }
    case .word where column.type == .float:
      let doubles = column.doubles
      for position in 0..<count { ordered[position] = of(doubles[Int(rows[position])]) }
    case .word:
      let words = column.words
      for position in 0..<count { ordered[position] = words[Int(rows[position])] }
    case .variable:
      preconditionFailure("a word of a \(column.type) column")
    }
  }

  /// Stores a gathered value into a row of a column of the same type.
  @inline(__always)
  static func store(_ ordered: Int64, into column: Column, at row: Int) {
    if column.layout == .byte {
      column.flags[row] = UInt8(truncatingIfNeeded: ordered)
    } else if column.type == .float {
      column.doubles[row] = double(ordered)
    } else {
      column.words[row] = ordered
    }
  }
}
