// Kernels over marks and flags, one byte a row. Eight bytes of 0 or 1 and the bits of one byte are
// turned into each other by one multiplication.

enum ByteKernels {
  /// The greatest byte, 0 if there is none.
  static func greatest(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt8 {
    var greatest: UInt8 = 0
    for row in 0..<count { greatest = bytes[row] > greatest ? bytes[row] : greatest }
    return greatest
  }

  /// Writes a bit for each byte, which is 0 or 1; bits behind the last are 0.
  static func putBits(
    _ bytes: UnsafePointer<UInt8>,
    _ count: Int,
    to target: UnsafeMutableRawPointer
  ) {
    let gather: UInt64 = 0x0102_0408_1020_4080
    let source = UnsafeRawPointer(bytes)
    let whole = count / 8
    for group in 0..<whole {
      let ones = source.loadUnaligned(fromByteOffset: group &* 8, as: UInt64.self)
      let bits = UInt8(truncatingIfNeeded: (ones &* gather) &>> 56)
      target.storeBytes(of: bits, toByteOffset: group, as: UInt8.self)
    }
    guard count % 8 > 0 else { return }
    var last: UInt8 = 0
    for row in whole &* 8..<count { last |= bytes[row] &<< UInt8(truncatingIfNeeded: row % 8) }
    target.storeBytes(of: last, toByteOffset: whole, as: UInt8.self)
  }

  /// Reads what `putBits` wrote; writes whole groups of eight, so up to seven bytes too many.
  static func takeBits(
    _ source: UnsafeRawPointer,
    _ count: Int,
    to target: UnsafeMutablePointer<UInt8>
  ) {
    let everywhere: UInt64 = 0x0101_0101_0101_0101
    let bitOfEach: UInt64 = 0x8040_2010_0804_0201
    let target = UnsafeMutableRawPointer(target)
    for group in 0..<(count &+ 7) / 8 {
      let byte = source.load(fromByteOffset: group, as: UInt8.self)
      let bits = (UInt64(byte) &* everywhere) & bitOfEach
      let ones = ((bits &+ 0x7f7f_7f7f_7f7f_7f7f) &>> 7) & everywhere
      target.storeBytes(of: ones, toByteOffset: group &* 8, as: UInt64.self)
    }
  }

  /// Copies flags as 0 or 1, those of marked rows as 0.
  static func copyUnmarked(
    _ flags: UnsafePointer<UInt8>,
    _ marks: UnsafePointer<UInt8>?,
    _ count: Int,
    to target: UnsafeMutablePointer<UInt8>
  ) {
    guard let marks else {
      for row in 0..<count { target[row] = flags[row] & 1 }
      return
    }
    for row in 0..<count { target[row] = marks[row] == 0 ? flags[row] & 1 : 0 }
  }
}
