import WeirColumns

/// The text of the last timestamp of a column, quotes included: window bounds repeat row after row.
struct TimeTextCache {
  private var time = Int64.min
  private var length = 0
  // The 32 bytes of the text.
  private var low = SIMD16<UInt8>()
  private var high = SIMD16<UInt8>()

  /// Writes a time between quotes and returns the length; 32 bytes at `target` are written.
  @inline(__always)
  mutating func write(_ value: Int64, to target: UnsafeMutableRawPointer) -> Int {
    if value != time { renew(value) }
    target.storeBytes(of: low, as: SIMD16<UInt8>.self)
    target.storeBytes(of: high, toByteOffset: 16, as: SIMD16<UInt8>.self)
    return length
  }

  @inline(never)
  private mutating func renew(_ value: Int64) {
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { room in
      guard let start = room.baseAddress else { return }
      room.initializeMemory(as: UInt8.self, repeating: 0x22)
      let count = TimestampText.write(value, to: start + 1)
      start.storeBytes(of: 0x22, toByteOffset: count + 1, as: UInt8.self)
      low = start.load(as: SIMD16<UInt8>.self)
      high = start.load(fromByteOffset: 16, as: SIMD16<UInt8>.self)
      length = count + 2
    }
    time = value
  }
}
