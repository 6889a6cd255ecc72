import Glibc

/// The hash of keys: which key group a row belongs to, and where its state is found.
///
/// Version 1. Over bytes it is the construction of wyhash (Wang Yi, public domain): multiply 64 x 64
/// bits and fold, 16 bytes a step. A typed key is hashed column by column in a canonical form: null
/// by a constant of its own, so that it never equals a value; text by its bytes; words by their 64
/// bits. Snapshots carry the version, and golden values in the tests keep it from changing.
@usableFromInline
package enum KeyHash {
  package static let version: UInt32 = 1

  @usableFromInline package static let first: UInt64 = 0xa076_1d64_78bd_642f
  @usableFromInline package static let second: UInt64 = 0xe703_7ed1_a0b4_28db
  @usableFromInline package static let null: UInt64 = 0x8ebc_6af0_9c88_c6e3
  package static let defaultSeed: UInt64 = 0x5765_6972_4b65_7901

  /// Multiplies to 128 bits and folds the halves.
  @inlinable
  @inline(__always)
  package static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  /// The hash of `count` bytes; may read up to 16 bytes past their start, never uses them.
  @inlinable
  @inline(__always)
  package static func bytes(_ start: UnsafeRawPointer, _ count: Int, _ seed: UInt64) -> UInt64 {
    var low: UInt64
    var high: UInt64
    if count <= 16 {
      if count >= 8 {
        low = start.loadUnaligned(as: UInt64.self)
        high = start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      } else {
        let shift = UInt64(truncatingIfNeeded: count &* 8)
        low = start.loadUnaligned(as: UInt64.self) & ((1 &<< shift) &- 1)
        high = 0
      }
      return mix(second ^ UInt64(truncatingIfNeeded: count), mix(low ^ first ^ seed, high ^ second))
    }
    var state = seed
    var cursor = start
    var left = count
    while left > 16 {
      state = mix(
        cursor.loadUnaligned(as: UInt64.self) ^ second,
        cursor.loadUnaligned(fromByteOffset: 8, as: UInt64.self) ^ state
      )
      cursor += 16
      left &-= 16
    }
    low = start.loadUnaligned(fromByteOffset: count &- 16, as: UInt64.self) ^ state
    high = start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    return mix(second ^ UInt64(truncatingIfNeeded: count), mix(low ^ first ^ seed, high ^ second))
  }

  /// The hash of a 64-bit word.
  @inlinable
  @inline(__always)
  package static func word(_ value: UInt64, _ seed: UInt64) -> UInt64 {
    mix(second ^ 8, mix(value ^ first ^ seed, second))
  }

  /// Hashes the key columns of the selected rows into `hashes`, by position in the selection.
  ///
  /// Several columns are chained: the hash so far is the seed of the next. No column at all gives
  /// every row the same hash. O(rows x columns + bytes).
  package static func hash(
    _ columns: [Column],
    _ rows: Selection,
    seed: UInt64 = defaultSeed,
    into hashes: UnsafeMutablePointer<UInt64>
  ) {
    for position in 0..<rows.count { hashes[position] = seed }
    for column in columns { chain(column, rows, hashes) }
  }

  private static func chain(
    _ column: Column,
    _ rows: Selection,
    _ hashes: UnsafeMutablePointer<UInt64>
  ) {
    if column.hasMarks {
      chainMarked(column, rows, hashes)
      return
    }
    let indices = rows.indices
    switch column.layout {
    case .byte:
      let flags = column.flags
      for position in 0..<rows.count {
        hashes[position] = word(UInt64(flags[Int(indices[position])]), hashes[position])
      }
    case .word where column.type == .float:
      let doubles = column.doubles
      for position in 0..<rows.count {
        hashes[position] = word(canonical(doubles[Int(indices[position])]), hashes[position])
      }
    case .word:
      let words = column.words
      for position in 0..<rows.count {
        hashes[position] = word(
          UInt64(bitPattern: words[Int(indices[position])]),
          hashes[position]
        )
      }
    case .variable:
      let offsets = column.offsets
      let arena = UnsafeRawPointer(column.arena)
      for position in 0..<rows.count {
        let row = Int(indices[position])
        let start = Int(offsets[row])
        hashes[position] = bytes(
          arena + start,
          Int(offsets[row &+ 1]) &- start,
          hashes[position]
        )
      }
    }
  }

  // Keys with nulls are rare: one loop with a branch a row serves all layouts.
  private static func chainMarked(
    _ column: Column,
    _ rows: Selection,
    _ hashes: UnsafeMutablePointer<UInt64>
  ) {
    let layout = column.layout
    let isFloat = column.type == .float
    let marks = column.marks
    for position in 0..<rows.count {
      let row = Int(rows.indices[position])
      let seed = hashes[position]
      guard marks[row] == 0 else {
        hashes[position] = mix(seed ^ null, second)
        continue
      }
      switch layout {
      case .byte: hashes[position] = word(UInt64(column.flags[row]), seed)
      case .word where isFloat: hashes[position] = word(canonical(column.doubles[row]), seed)
      case .word: hashes[position] = word(UInt64(bitPattern: column.words[row]), seed)
      case .variable:
        let start = Int(column.offsets[row])
        hashes[position] = bytes(
          UnsafeRawPointer(column.arena) + start,
          Int(column.offsets[row + 1]) - start,
          seed
        )
      }
    }
  }

  /// The bits of a float key: minus zero equals zero.
  @inline(__always)
  static func canonical(_ value: Double) -> UInt64 { (value + 0.0).bitPattern }
}
