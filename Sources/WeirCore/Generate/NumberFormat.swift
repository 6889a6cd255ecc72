/// A C format with one whole number, such as `a%09d`: what names of generated rows are made by.
///
/// Known are `%d` with a width and leading zeros, and `%%` for the sign itself.
package struct NumberFormat: Hashable, Sendable {
  let prefix: [UInt8]
  let suffix: [UInt8]
  /// Digits at least.
  let width: Int
  /// What fills up to the width: zeros or spaces.
  let filler: UInt8

  /// The largest width.
  package static let largestWidth = 99

  /// Reads a format; nil unless it has exactly one number.
  package init?(_ text: String) {
    var parts: [[UInt8]] = [[]]
    var width = 0
    var filler = UInt8(ascii: " ")
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        parts[parts.count - 1].append(byte)
        continue
      }
      if rest.first == UInt8(ascii: "%") {
        parts[parts.count - 1].append(byte)
        rest.removeFirst()
        continue
      }
      if rest.first == UInt8(ascii: "0") { filler = UInt8(ascii: "0") }
      while let digit = rest.first, (0x30...0x39).contains(digit) {
        width = width * 10 + Int(digit - 0x30)
        guard width <= Self.largestWidth else { return nil }
        rest.removeFirst()
      }
      guard rest.popFirst() == UInt8(ascii: "d") else { return nil }
      parts.append([])
    }
    guard parts.count == 2 else { return nil }
    prefix = parts[0]
    suffix = parts[1]
    self.width = width
    self.filler = filler
  }

  /// The text of a number that is not negative.
  package func text(_ number: Int) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest) { room in
      guard let start = room.baseAddress else { return "" }
      let length = write(number, to: start)
      return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }
  }

  /// Bytes of the longest text.
  var longest: Int { prefix.count + suffix.count + max(width, 20) }

  /// Writes the text of a number and returns its length; `longest` bytes are free.
  @inline(__always)
  func write(_ number: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var end = 0
    for byte in prefix {
      target[end] = byte
      end &+= 1
    }
    end &+= writeDigits(UInt64(number), to: target + end)
    for byte in suffix {
      target[end] = byte
      end &+= 1
    }
    return end
  }

  @inline(__always)
  private func writeDigits(_ number: UInt64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var length = 1
    var bound: UInt64 = 10
    while number >= bound {
      length &+= 1
      // One step more would overflow, and no number is longer.
      if bound > UInt64.max / 10 { break }
      bound &*= 10
    }
    let total = max(length, width)
    var rest = number
    var place = total &- 1
    // Two digits a step: each division waits for the one before.
    for _ in 0..<(length >> 1) {
      let quotient = rest / 100
      let pair = rest &- quotient &* 100
      let tens = pair / 10
      target[place] = 0x30 &+ UInt8(truncatingIfNeeded: pair &- tens &* 10)
      target[place &- 1] = 0x30 &+ UInt8(truncatingIfNeeded: tens)
      rest = quotient
      place &-= 2
    }
    if length & 1 == 1 {
      target[place] = 0x30 &+ UInt8(truncatingIfNeeded: rest)
      place &-= 1
    }
    while place >= 0 {
      target[place] = filler
      place &-= 1
    }
    return total
  }
}
