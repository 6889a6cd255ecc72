import Glibc
import WeirColumns

/// Finds the few distinct texts of a column, if there are few: at most 256.
///
/// An open-addressing table over the texts where they lie. A column of many texts is given up
/// after its first rows, so a try costs it next to nothing.
final class TextDictionary {
  /// The most entries: an index is one byte.
  static let largestCount = 256

  private static let slotCount = 1024
  private static let free: UInt16 = .max
  /// Rows after which it is known whether the texts are too many.
  private static let trialRows = 256
  /// The most texts among those rows.
  private static let trialTexts = 96

  /// Entries found by the last `build`.
  private(set) var count = 0
  // Owned by this object and freed in `deinit`; `starts` and `lengths` point into the arena of the
  // column of the last `build` and are used before it changes.
  private let slots = UnsafeMutablePointer<UInt16>.allocate(capacity: slotCount)
  let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: largestCount)
  let lengths = UnsafeMutablePointer<UInt32>.allocate(capacity: largestCount)
  private let indexMemory = ScratchMemory(capacity: 8192)

  deinit {
    slots.deallocate()
    starts.deallocate()
    lengths.deallocate()
  }

  /// The entry of each row.
  var indices: UnsafeMutablePointer<UInt8> {
    indexMemory.bytes.assumingMemoryBound(to: UInt8.self)
  }

  /// Bytes of all entries together.
  var textBytes: Int { (0..<count).reduce(0) { $0 + Int(lengths[$1]) } }

  /// Fills the dictionary from the first `rows` rows; false if there are too many texts.
  ///
  /// Entries are in the order in which they first appear. O(bytes).
  func build(_ column: Column, rows: Int) -> Bool {
    indexMemory.reserve(rows)
    slots.update(repeating: Self.free, count: Self.slotCount)
    let offsets = column.offsets
    let arena = UnsafeRawPointer(column.arena)
    let indices = indices
    let slots = slots
    let mask = UInt64(Self.slotCount - 1)
    var found = 0
    for row in 0..<rows {
      if row == Self.trialRows && found > Self.trialTexts { return false }
      let start = offsets[row]
      let length = offsets[row &+ 1] &- start
      let text = arena + Int(start)
      let hash = KeyHash.bytes(text, Int(length), KeyHash.defaultSeed)
      var slot = Int(truncatingIfNeeded: hash & mask)
      while true {
        let entry = slots[slot]
        if entry == Self.free {
          guard found < Self.largestCount else { return false }
          slots[slot] = UInt16(truncatingIfNeeded: found)
          starts[found] = start
          lengths[found] = length
          indices[row] = UInt8(truncatingIfNeeded: found)
          found &+= 1
          break
        }
        let other = Int(entry)
        if lengths[other] == length && sameText(text, arena + Int(starts[other]), Int(length)) {
          indices[row] = UInt8(truncatingIfNeeded: entry)
          break
        }
        slot = (slot &+ 1) & Int(mask)
      }
    }
    count = found
    return true
  }

  /// Compares texts of one length, which have `columnSlack` readable bytes behind them.
  @inline(__always)
  private func sameText(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ length: Int) -> Bool
  {
    if length > 16 { return memcmp(left, right, length) == 0 }
    if length >= 8 {
      // Two words that overlap cover 8 to 16 bytes.
      let first = left.loadUnaligned(as: UInt64.self) ^ right.loadUnaligned(as: UInt64.self)
      let last =
        left.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
        ^ right.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
      return first | last == 0
    }
    let difference =
      left.loadUnaligned(as: UInt64.self) ^ right.loadUnaligned(as: UInt64.self)
    return difference & ((1 &<< UInt64(truncatingIfNeeded: length &* 8)) &- 1) == 0
  }
}
