// Kernels over the lengths of texts, which lie in memory as offsets: one more than rows, the first
// of them 0. Sums that come from a wire are taken in 64 bits and checked by the caller: 65,536
// lengths of 32 bits cannot overflow them.

/// The least and the greatest length of some texts.
struct LengthRange {
  var least: UInt32
  var greatest: UInt32
}

enum LengthKernels {
  /// The range of the lengths of at least one text.
  static func range(_ offsets: UnsafePointer<UInt32>, _ count: Int) -> LengthRange {
    var least = offsets[1] &- offsets[0]
    var greatest = least
    for row in 0..<count {
      let length = offsets[row &+ 1] &- offsets[row]
      least = length < least ? length : least
      greatest = length > greatest ? length : greatest
    }
    return LengthRange(least: least, greatest: greatest)
  }

  /// Writes lengths that fit the type.
  static func put<Number: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ offsets: UnsafePointer<UInt32>,
    _ count: Int,
    as type: Number.Type,
    to target: UnsafeMutableRawPointer
  ) {
    let size = MemoryLayout<Number>.size
    for row in 0..<count {
      let length = Number(truncatingIfNeeded: offsets[row &+ 1] &- offsets[row])
      target.storeBytes(of: length, toByteOffset: row &* size, as: type)
    }
  }

  /// Reads lengths as offsets and returns their sum; above `UInt32.max` the offsets mean nothing.
  static func take<Number: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawPointer,
    _ count: Int,
    as type: Number.Type,
    to offsets: UnsafeMutablePointer<UInt32>
  ) -> UInt64 {
    let size = MemoryLayout<Number>.size
    var sum: UInt64 = 0
    offsets[0] = 0
    for row in 0..<count {
      sum &+= UInt64(source.loadUnaligned(fromByteOffset: row &* size, as: type))
      offsets[row &+ 1] = UInt32(truncatingIfNeeded: sum)
    }
    return sum
  }

  /// Writes the offsets of texts of one length, all of which are known to fit 32 bits.
  static func fill(_ length: UInt32, _ count: Int, to offsets: UnsafeMutablePointer<UInt32>) {
    for row in 0...count { offsets[row] = UInt32(truncatingIfNeeded: row) &* length }
  }
}
