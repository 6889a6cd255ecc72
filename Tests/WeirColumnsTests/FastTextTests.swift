import Testing
import WeirColumns

/// The ways by words against the ways by characters.
@Suite struct FastTextTests {
  /// Numbers around every power of ten, of both signs.
  private static let numbers: [Int64] = {
    var numbers: [Int64] = [0, .max, .min]
    var power: Int64 = 1
    for _ in 0..<18 {
      power *= 10
      for number in [power - 1, power, power + 1, power / 2 + 7] { numbers += [number, -number] }
    }
    return numbers
  }()

  @Test func `decimals of every scale and length have their digits`() {
    for scale in 0...18 {
      for number in Self.numbers {
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        let sign = number < 0 ? "-" : ""
        let whole = padded.dropLast(scale)
        let wanted = scale == 0 ? sign + padded : sign + whole + "." + padded.suffix(scale)
        #expect(DecimalText.text(number, scale: scale) == wanted)
      }
    }
  }

  @Test func `floats have the text of their description`() {
    var values: [Double] = [
      0, -0.0, 1e-4, 1e-4.nextDown, 1e9, 1e9.nextDown, 0.1 + 0.2, 1 / 3, .leastNonzeroMagnitude,
    ]
    values += [Double.greatestFiniteMagnitude, 123_456_789.123456, 123_456_789.1234567, 1e15, 1e16]
    for number in Self.numbers where number.magnitude < 1 << 53 {
      for unit in [1.0, 10, 100, 1e4, 1e5, 1e6, 1e7] {
        let value = Double(number) / unit
        values += [value, value.nextUp, value.nextDown]
      }
    }
    for value in values where value.isFinite {
      #expect(text(FloatText.room) { FloatText.write(value, to: $0) } == value.description)
    }
  }

  @Test func `random floats of every size have the text of their description`() {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func random() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    var values: [Double] = []
    for exponent in UInt64(1000)...1080 {
      // A power of two has a neighbour above twice as far away as the one below.
      for pattern in (exponent << 52) - 3...(exponent << 52) + 3 {
        values.append(Double(bitPattern: pattern))
      }
      for _ in 0..<1000 {
        let fraction = random() >> 12
        for kept in [fraction, fraction & ~0 << (random() % 52)] {
          values.append(Double(bitPattern: random() & 1 << 63 | exponent << 52 | kept))
        }
      }
    }
    let units = (0..<14).map { (0..<$0).reduce(1.0) { unit, _ in unit * 10 } }
    for _ in 0..<100_000 {
      values.append(Double(random() % 1_000_000_000_000) / units[Int(random() % 14)])
    }
    let wrong = values.first { value in
      text(FloatText.room) { FloatText.write(value, to: $0) } != value.description
    }
    #expect(wrong == nil)
  }

  @Test func `times in any order have the text of each alone`() throws {
    let minute: Int64 = 60_000_000
    var writer = TimestampWriter()
    var reader = TimestampReader()
    let starts = [0, minute, 0, -minute, 5 * minute, 4 * minute, TimestampText.least]
    for start in starts + [TimestampText.greatest - minute + 1, 0] {
      for offset in [0, 1, 999, 1000, 250_000, 1_000_000, 59_999_999, 59_000_000, 59_999_000] {
        let time = start + Int64(offset)
        let written = text(TimestampWriter.room) { writer.write(time, to: $0) }
        #expect(written == TimestampText.text(time))
        #expect(read(written, &reader) == time)
        // Other offsets do not disturb what was learned.
        #expect(read(String(written.dropLast()) + "+00:00", &reader) == time)
      }
    }
  }

  @Test func `a text is no time, whatever minute came before`() throws {
    let times = ["2026-01-01T00:00:30Z", "2026-01-01T00:00:30.250Z", "2026-01-01T00:00:30.123456Z"]
    for time in times {
      let bytes = Array(time.utf8)
      for place in 16..<bytes.count {
        for byte in [UInt8(ascii: "x"), 0, 0x2f, 0x3a, 0x39, 0x5a, 0xb0] {
          var other = bytes
          other[place] = byte
          let text = String(decoding: other, as: Unicode.ASCII.self)
          guard text.utf8.elementsEqual(other) else { continue }
          var reader = TimestampReader()
          _ = read(time, &reader)
          #expect(read(text, &reader) == (try? TimestampText.parse(text)), "\(text)")
        }
      }
      for count in 0..<bytes.count {
        var reader = TimestampReader()
        _ = read(time, &reader)
        #expect(read(String(time.prefix(count)), &reader) == nil)
      }
    }
    var fresh = TimestampReader()
    #expect(read("1970-01-01T00:00:59Z", &fresh) == 59_000_000)
    #expect(read(String(repeating: "\0", count: 16) + ":00Z", &fresh) == nil)
  }

  @Test func `durations are written part by part, and read back`() {
    let units = [("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000)]
    let parts = units + [("ms", 1000), ("us", 1)]
    let most = [100_000_000, 23, 59, 59, 999, 999]
    for seed in 0..<4096 {
      // Of each unit none, one, some or the most.
      let counts = most.indices.map { [0, 1, most[$0] / 7 + 1, most[$0]][seed >> ($0 * 2) & 3] }
      let text = zip(counts, parts).map { $0 == 0 ? "" : "\($0)\($1.0)" }.joined()
      guard !text.isEmpty else { continue }
      let duration = Int64(zip(counts, parts).reduce(0) { $0 + $1.0 * $1.1.1 })
      #expect(DurationText.text(duration) == text)
      #expect(DurationText.text(-duration) == "-" + text)
      #expect(DurationText.parse(text) == duration)
      #expect(DurationText.parse("-" + text) == -duration)
    }
  }

  @Test func `a schema carries the fingerprint of its fields`() {
    let fields = [Field("a", .int), Field("t", .timestamp)]
    #expect(Schema(fields).fingerprint == Fingerprint.of("a:int;t:timestamp;"))
    #expect(Schema(fields, eventTime: 1).fingerprint == Fingerprint.of("a:int;t:timestamp;@1"))
  }

  private func text(_ room: Int, _ write: (UnsafeMutableRawPointer) -> Int) -> String {
    withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      let count = write(start)
      return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }

  private func read(_ text: String, _ reader: inout TimestampReader) -> Int64? {
    let bytes = Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "0"), count: 32)
    return bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.flatMap { reader.read($0, bytes.count - 32) }
    }
  }
}
