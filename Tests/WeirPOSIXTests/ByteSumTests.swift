import Testing
import WeirPOSIX

@Suite struct ByteSumTests {
  private static let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251) }

  private func sum(_ bytes: some Collection<UInt8>, at offset: Int64) -> UInt64 {
    var sum = ByteSum()
    Array(bytes).withUnsafeBytes { sum.add($0, at: offset) }
    return sum.value
  }

  @Test func `pieces add up to the whole, however they are cut`() {
    let whole = sum(Self.bytes, at: 0)
    for step in [1, 3, 7, 8, 64, 4095, 4096, 4097, 9001] {
      var parts = ByteSum()
      for start in stride(from: 0, to: Self.bytes.count, by: step).reversed() {
        let piece = Array(Self.bytes[start..<min(start + step, Self.bytes.count)])
        piece.withUnsafeBytes { parts.add($0, at: Int64(start)) }
      }
      #expect(parts.value == whole, "pieces of \(step) bytes")
    }
  }

  @Test func `a byte that is changed, left out, taken twice or moved to another page is seen`() {
    let whole = sum(Self.bytes, at: 0)
    for place in stride(from: 0, to: Self.bytes.count, by: 997) {
      var changed = Self.bytes
      changed[place] ^= 1
      #expect(sum(changed, at: 0) != whole)
      let missing =
        sum(Self.bytes[..<place], at: 0) &+ sum(Self.bytes[(place + 1)...], at: Int64(place + 1))
      #expect((missing == whole) == (Self.bytes[place] == 0))
    }
    let moved = Self.bytes[4096..<8192] + Self.bytes[..<4096] + Self.bytes[8192...]
    #expect(sum(moved, at: 0) != whole)
    #expect(sum(Self.bytes, at: 8) != whole)
  }

  @Test func `the sum of a known text is known`() {
    // 'abc' as a number, little-endian, in a page with the number 0, whose factor is 1.
    #expect(sum("abc".utf8, at: 0) == 0x63_6261)
    #expect(sum("abc".utf8, at: 4096) == 0x63_6261 &* 0x9e37_79b9_7f4a_7c15)
  }
}
