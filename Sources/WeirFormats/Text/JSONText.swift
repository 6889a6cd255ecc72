import Glibc

/// Texts between quotes, with no more escapes than JSON requires.
enum JSONText {
  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// Bytes that the longest form of a text takes.
  static func maximumLength(_ count: Int) -> Int { count * 6 + 2 }

  /// Writes a text with its quotes and returns the length.
  ///
  /// O(bytes). 16 bytes behind `source`, and behind the room at `target`, belong to it.
  @inline(__always)
  static func write(
    _ source: UnsafeRawPointer,
    _ count: Int,
    to target: UnsafeMutableRawPointer
  ) -> Int {
    target.storeBytes(of: 0x22, as: UInt8.self)
    var at = 0
    let to = target + 1
    // Copies words until one holds a byte to escape; what is copied past the end is overwritten.
    while at < count {
      let word = source.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      to.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
      let stops =
        (((word ^ 0x0202_0202_0202_0202) &- 0x2121_2121_2121_2121)
          | ((word ^ 0x5c5c_5c5c_5c5c_5c5c) &- 0x0101_0101_0101_0101))
        & ~word & 0x8080_8080_8080_8080
      if stops != 0, at &+ (stops.trailingZeroBitCount &>> 3) < count {
        return writeEscaped(source, count, from: at, to: target)
      }
      at &+= 8
    }
    target.storeBytes(of: 0x22, toByteOffset: count &+ 1, as: UInt8.self)
    return count &+ 2
  }

  /// Goes on byte by byte from `first`; what is before it is written.
  @inline(never)
  private static func writeEscaped(
    _ source: UnsafeRawPointer,
    _ count: Int,
    from first: Int,
    to target: UnsafeMutableRawPointer
  ) -> Int {
    let source = source.assumingMemoryBound(to: UInt8.self)
    let target = target.assumingMemoryBound(to: UInt8.self)
    var end = first + 1
    for at in first..<count {
      let byte = source[at]
      if byte >= 0x20, byte != 0x22, byte != 0x5c {
        target[end] = byte
        end += 1
        continue
      }
      target[end] = 0x5c
      target[end + 1] = letter(byte)
      end += 2
      guard target[end - 1] == UInt8(ascii: "u") else { continue }
      target[end] = 0x30
      target[end + 1] = 0x30
      target[end + 2] = hexDigits[Int(byte >> 4)]
      target[end + 3] = hexDigits[Int(byte & 15)]
      end += 4
    }
    target[end] = 0x22
    return end + 1
  }

  private static func letter(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x22, 0x5c: byte
    case 0x08: UInt8(ascii: "b")
    case 0x0c: UInt8(ascii: "f")
    case 0x0a: UInt8(ascii: "n")
    case 0x0d: UInt8(ascii: "r")
    case 0x09: UInt8(ascii: "t")
    default: UInt8(ascii: "u")
    }
  }
}
