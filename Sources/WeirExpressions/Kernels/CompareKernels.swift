import Glibc
import WeirColumns

/// Comparisons; the result is a byte column of 0 and 1.
enum CompareKernels {
  static func words(
    _ comparison: Comparison,
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column
  ) {
    values(comparison, left.column.words, left.mask, right.column.words, right.mask, count, output)
  }

  static func floats(
    _ comparison: Comparison,
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column
  ) {
    let first = left.column.doubles
    values(comparison, first, left.mask, right.column.doubles, right.mask, count, output)
  }

  static func flags(
    _ comparison: Comparison,
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column
  ) {
    values(comparison, left.column.flags, left.mask, right.column.flags, right.mask, count, output)
  }

  @inline(__always)
  private static func values<Value: Comparable>(
    _ comparison: Comparison,
    _ left: UnsafeMutablePointer<Value>,
    _ leftMask: Int,
    _ right: UnsafeMutablePointer<Value>,
    _ rightMask: Int,
    _ count: Int,
    _ output: Column
  ) {
    let flags = output.flags
    switch comparison {
    case .equal: zip(left, leftMask, right, rightMask, flags, count) { $0 == $1 ? 1 : 0 }
    case .unequal: zip(left, leftMask, right, rightMask, flags, count) { $0 != $1 ? 1 : 0 }
    case .less: zip(left, leftMask, right, rightMask, flags, count) { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: zip(left, leftMask, right, rightMask, flags, count) { $0 <= $1 ? 1 : 0 }
    }
  }

  /// Compares left x leftFactor with right x rightFactor in 128 bits.
  static func scaled(
    _ comparison: Comparison,
    _ left: Lane,
    _ leftFactor: Int64,
    _ right: Lane,
    _ rightFactor: Int64,
    _ count: Int,
    _ output: Column
  ) {
    let flags = output.flags
    let first = left.column.words
    let second = right.column.words
    zip(first, left.mask, second, right.mask, flags, count) { left, right in
      let (leftHigh, leftLow) = left.multipliedFullWidth(by: leftFactor)
      let (rightHigh, rightLow) = right.multipliedFullWidth(by: rightFactor)
      let isEqual = leftHigh == rightHigh && leftLow == rightLow
      let isLess = leftHigh < rightHigh || leftHigh == rightHigh && leftLow < rightLow
      switch comparison {
      case .equal: return isEqual ? 1 : 0
      case .unequal: return isEqual ? 0 : 1
      case .less: return isLess ? 1 : 0
      case .lessOrEqual: return isLess || isEqual ? 1 : 0
      }
    }
  }

  // MARK: Bytes

  static func bytes(
    _ comparison: Comparison,
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column
  ) {
    switch comparison {
    case .equal, .unequal:
      let flip: UInt8 = comparison == .unequal ? 1 : 0
      if right.isConstant {
        equal(left, right, flip, count, output)
      } else if left.isConstant {
        equal(right, left, flip, count, output)
      } else {
        equalRows(left, right, flip, count, output)
      }
    case .less: order(left, right, count, output) { $0 < 0 }
    case .lessOrEqual: order(left, right, count, output) { $0 <= 0 }
    }
  }

  /// Equality with one text: up to 16 bytes are compared as two words, whatever lies behind.
  private static func equal(
    _ lane: Lane,
    _ constant: Lane,
    _ flip: UInt8,
    _ count: Int,
    _ output: Column
  ) {
    let wanted = TextLane(constant)[0]
    let length = UInt32(wanted.count)
    let offsets = lane.column.offsets
    let arena = UnsafeRawPointer(lane.column.arena)
    let flags = output.flags
    let mask = lane.mask
    guard let start = wanted.baseAddress else { preconditionFailure("a constant without an arena") }
    if wanted.count <= 8 {
      let bits = ShortText.mask(wanted.count)
      let word = start.loadUnaligned(as: UInt64.self) & bits
      for row in 0..<count {
        let index = row & mask
        let offset = offsets[index]
        let found = arena.loadUnaligned(fromByteOffset: Int(offset), as: UInt64.self) & bits
        let isEqual = (offsets[index &+ 1] &- offset == length) && (found == word)
        flags[row] = (isEqual ? 1 : 0) ^ flip
      }
    } else if wanted.count <= 16 {
      let tail = wanted.count &- 8
      let word = start.loadUnaligned(as: UInt64.self)
      let last = start.loadUnaligned(fromByteOffset: tail, as: UInt64.self)
      for row in 0..<count {
        let index = row & mask
        let offset = offsets[index]
        let found = arena.loadUnaligned(fromByteOffset: Int(offset), as: UInt64.self)
        let end = arena.loadUnaligned(fromByteOffset: Int(offset) &+ tail, as: UInt64.self)
        let difference = (found ^ word) | (end ^ last)
        let isEqual = (offsets[index &+ 1] &- offset == length) && (difference == 0)
        flags[row] = (isEqual ? 1 : 0) ^ flip
      }
    } else {
      for row in 0..<count {
        let index = row & mask
        let offset = offsets[index]
        let isEqual =
          offsets[index &+ 1] &- offset == length
          && memcmp(arena + Int(offset), start, wanted.count) == 0
        flags[row] = (isEqual ? 1 : 0) ^ flip
      }
    }
  }

  /// Sets the flags of the rows that equal one text, and leaves the others.
  static func add(
    _ wanted: UnsafeRawBufferPointer,
    _ texts: TextLane,
    _ count: Int,
    _ flags: UnsafeMutablePointer<UInt8>
  ) {
    guard let start = wanted.baseAddress else { return }
    let bits = ShortText.mask(wanted.count)
    let word = start.loadUnaligned(as: UInt64.self) & bits
    let length = UInt32(wanted.count)
    let offsets = texts.offsets
    let arena = UnsafeRawPointer(texts.arena)
    if wanted.count <= 8 {
      for row in 0..<count {
        let offset = offsets[row]
        let found = arena.loadUnaligned(fromByteOffset: Int(offset), as: UInt64.self) & bits
        let isEqual = (offsets[row &+ 1] &- offset == length) && (found == word)
        flags[row] |= isEqual ? 1 : 0
      }
    } else {
      for row in 0..<count where flags[row] == 0 {
        flags[row] = ShortText.areEqual(texts[row], wanted) ? 1 : 0
      }
    }
  }

  private static func equalRows(
    _ left: Lane,
    _ right: Lane,
    _ flip: UInt8,
    _ count: Int,
    _ output: Column
  ) {
    let left = TextLane(left)
    let right = TextLane(right)
    let flags = output.flags
    for row in 0..<count {
      flags[row] = (ShortText.areEqual(left[row], right[row]) ? 1 : 0) ^ flip
    }
  }

  @inline(__always)
  private static func order(
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column,
    _ body: (Int) -> Bool
  ) {
    let left = TextLane(left)
    let right = TextLane(right)
    let flags = output.flags
    for row in 0..<count { flags[row] = body(ShortText.order(left[row], right[row])) ? 1 : 0 }
  }
}
