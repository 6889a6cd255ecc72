import Glibc

/// Comparing texts that lie in columns: `columnSlack` bytes behind their end may be read.
enum ShortText {
  /// The bits of a word that hold its first `count` bytes, 0 to 8.
  @inline(__always)
  static func mask(_ count: Int) -> UInt64 {
    count >= 8 ? .max : (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1
  }

  @inline(__always)
  static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count, let first = left.baseAddress, let second = right.baseAddress
    else { return false }
    if left.count <= 8 {
      let difference =
        first.loadUnaligned(as: UInt64.self) ^ second.loadUnaligned(as: UInt64.self)
      return difference & mask(left.count) == 0
    }
    return memcmp(first, second, left.count) == 0
  }

  /// Negative, zero or positive: the order by bytes, shorter first.
  @inline(__always)
  static func order(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    guard let first = left.baseAddress, let second = right.baseAddress else { return 0 }
    let common = min(left.count, right.count)
    let bits = mask(common)
    let leftWord = (first.loadUnaligned(as: UInt64.self) & bits).byteSwapped
    let rightWord = (second.loadUnaligned(as: UInt64.self) & bits).byteSwapped
    if leftWord != rightWord { return leftWord < rightWord ? -1 : 1 }
    if common > 8 {
      let rest = memcmp(first + 8, second + 8, common &- 8)
      if rest != 0 { return Int(rest) }
    }
    return left.count &- right.count
  }
}
