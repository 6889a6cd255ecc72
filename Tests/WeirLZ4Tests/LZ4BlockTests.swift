import Testing
import WeirLZ4

@Suite struct LZ4BlockTests {
  private func compressed(_ bytes: [UInt8], room: Int? = nil) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: room ?? LZ4Block.bound(bytes.count))
    let count = bytes.withUnsafeBytes { source in
      target.withUnsafeMutableBytes { LZ4Block.compress(source, into: $0) }
    }
    return Array(target.prefix(count))
  }

  /// What a block decodes to, with guard bytes behind the room that must stay as they are.
  private func decompressed(_ block: [UInt8], room: Int) -> [UInt8]? {
    let guardCount = 64
    var target = [UInt8](repeating: 0xa5, count: room + guardCount)
    let count = block.withUnsafeBytes { source in
      target.withUnsafeMutableBytes {
        LZ4Block.decompress(source, into: UnsafeMutableRawBufferPointer(rebasing: $0[0..<room]))
      }
    }
    #expect(Array(target.suffix(guardCount)) == [UInt8](repeating: 0xa5, count: guardCount))
    return count.map { Array(target.prefix($0)) }
  }

  private let repetitive = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 / 100) }

  @Test(arguments: [0, 1, 12, 13, 64, 10_000])
  func `what was compressed comes back`(count: Int) {
    let bytes = Array(repetitive.prefix(count))
    #expect(decompressed(compressed(bytes), room: count) == bytes)
    #expect(decompressed(compressed(bytes), room: count + 100) == bytes)
  }

  @Test func `what does not fit is given up`() {
    var noise = SeededNoise(state: 1)
    let bytes = (0..<1000).map { _ in noise.next() }
    #expect(compressed(bytes, room: 900) == [])
    #expect(compressed(bytes, room: 0) == [])
    #expect(compressed(repetitive, room: 900).count > 0)
  }

  @Test func `every truncated block is damaged`() {
    let block = compressed(repetitive)
    for count in 0..<block.count {
      let result = decompressed(Array(block.prefix(count)), room: repetitive.count)
      #expect(result != repetitive)
    }
    #expect(decompressed([], room: 10) == nil)
    #expect(decompressed([], room: 0) == nil)
  }

  @Test func `a block that needs more room than there is is damaged`() {
    let block = compressed(repetitive)
    for room in [0, 1, 99, repetitive.count - 1] {
      #expect(decompressed(block, room: room) == nil)
    }
  }

  @Test func `hostile blocks never write behind the room`() {
    let block = compressed(repetitive)
    var noise = SeededNoise(state: 7)
    for _ in 0..<2000 {
      var hostile = block
      for _ in 0..<3 { hostile[Int(noise.next()) % hostile.count] = noise.next() }
      _ = decompressed(hostile, room: repetitive.count)
      _ = decompressed((0..<40).map { _ in noise.next() }, room: 500)
    }
  }
}

/// Bytes that look random and are the same in every run.
private struct SeededNoise {
  var state: UInt64

  mutating func next() -> UInt8 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
}
