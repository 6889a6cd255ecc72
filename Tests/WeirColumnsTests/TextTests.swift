import Testing
import WeirColumns

@Suite struct TextTests {
  @Test func `dates and days are each other's inverse over four eras`() {
    var date = CivilDate(year: -401, month: 1, day: 1)
    var days = date.daysSinceEpoch
    while date.year < 2401 {
      #expect(date.daysSinceEpoch == days && CivilDate(daysSinceEpoch: days) == date)
      days += 1
      date.day += 1
      if date.day > CivilDate.days(inMonth: date.month, of: date.year) {
        date.day = 1
        date.month += 1
      }
      if date.month > 12 {
        date.month = 1
        date.year += 1
      }
    }
    #expect(CivilDate(year: 1970, month: 1, day: 1).daysSinceEpoch == 0)
    #expect(CivilDate(year: 2000, month: 3, day: 1).daysSinceEpoch == 11_017)
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (1_767_225_600_250_000, "2026-01-01T00:00:00.250Z"),
      (1_767_225_600_000_010, "2026-01-01T00:00:00.000010Z"),
      (TimestampText.least, "0001-01-01T00:00:00Z"),
      (TimestampText.greatest, "9999-12-31T23:59:59.999999Z"),
    ] as [(Int64, String)]
  )
  func `times are written and read back`(time: Int64, text: String) throws {
    #expect(TimestampText.text(time) == text)
    #expect(try TimestampText.parse(text) == time)
  }

  @Test func `times with offsets name the same instant`() throws {
    for text in [
      "2026-01-01T02:00:00+02:00", "2025-12-31T18:30:00.000-05:30", "2026-01-01 00:00:00z",
      "2026-01-01t00:00:00.0000009Z",
    ] {
      #expect(try TimestampText.parse(text) == 1_767_225_600_000_000)
    }
  }

  @Test func `every single wrong byte of a time is found`() {
    let text = Array("2026-01-01T00:00:00.5+00:00".utf8)
    for place in text.indices {
      for byte in [UInt8(ascii: "x"), 0, 0x2f, 0x3a, 0xb0] where text[place] != byte {
        var wrong = text
        wrong[place] = byte
        let string = String(decoding: wrong, as: UTF8.self)
        #expect(throws: TimestampText.Fault.malformed, "\(string)") {
          try TimestampText.parse(string)
        }
      }
    }
  }

  @Test(arguments: [
    ("2026-01-01T00:00:00", TimestampText.Fault.missingOffset),
    ("2026-01-01T00:00:00.5", .missingOffset), ("2026-01-01T00:00:00.", .malformed),
    ("2026-01-01T00:00:60Z", .malformed), ("2026-02-30T00:00:00Z", .malformed),
    ("2026-00-01T00:00:00Z", .malformed), ("2026-01-00T00:00:00Z", .malformed),
    ("0000-01-01T00:00:00Z", .outOfRange), ("9999-12-31T23:59:59-00:01", .outOfRange),
    ("2026-01-01T00:00:00Zx", .malformed), ("2026-01-01T00:00:00+24:00", .malformed),
    ("2026-01-01", .malformed), ("", .malformed),
  ])
  func `a text that is no time says why`(text: String, fault: TimestampText.Fault) {
    #expect(throws: fault) { try TimestampText.parse(text) }
  }

  @Test(
    arguments: [
      (0, "0s"), (5_400_000_000, "1h30m"), (-90_061_001_001, "-1d1h1m1s1ms1us"), (1, "1us"),
      (7_000_000, "7s"), (23_000, "23ms"), (Int64.max, "106751991d4h54s775ms807us"),
      (Int64.min, "-106751991d4h54s775ms808us"),
    ] as [(Int64, String)]
  )
  func `durations are written and read back`(duration: Int64, text: String) {
    #expect(DurationText.text(duration) == text)
    #expect(DurationText.parse(text) == duration)
  }

  @Test func `zeros in front of a number do not count`() {
    #expect(DurationText.parse(String(repeating: "0", count: 30) + "5s") == 5_000_000)
    #expect(DurationText.parse("0d0h") == 0)
  }

  @Test(arguments: [
    "", "-", "5", "s", "1x", "1s1s", "1s1m", "1 s", "1.5s", "+1s", "1s ", "1sm", "1d1", "1us1ms",
    "1u", "1ds", "1hs", "1ss", "1mss", "--1s", "1S", "18446744073709551616us",
    "106751991d4h54s775ms808us", "99999999999999999999d",
  ])
  func `a text that is no duration is refused`(text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test func `numbers have all their digits`() {
    for number in [0, 9, 10, 99, 100, 12_345, -7, Int64.max, Int64.min] {
      #expect(DecimalText.text(number, scale: 0) == "\(number)")
    }
    var power: UInt64 = 1
    for _ in 0..<19 {
      for number in [power - 1, power, power + 1] {
        #expect(DecimalText.text(Int64(number), scale: 0) == "\(number)")
      }
      power *= 10
      if power > UInt64(Int64.max) / 10 { break }
    }
    #expect(DecimalText.text(5, scale: 2) == "0.05")
    #expect(DecimalText.text(-1234, scale: 2) == "-12.34")
    #expect(DecimalText.text(Int64.min, scale: 18) == "-9.223372036854775808")
    #expect(DecimalText.text(0, scale: 18) == "0.000000000000000000")
  }

  @Test func `list cells give back their elements`() {
    var builder = ListCellBuilder()
    builder.appendNull()
    "ä".utf8.withContiguousStorageIfAvailable {
      builder.append(text: UnsafeRawBufferPointer($0))
    }
    builder.append(text: UnsafeRawBufferPointer(start: nil, count: 0))
    let texts = builder.bytes.withUnsafeBytes { cell -> [String?] in
      var cursor = ListCellCursor(cell, of: .string)
      var texts: [String?] = []
      while let element = cursor.next() {
        if case .text(let bytes) = element {
          texts.append(String(decoding: bytes, as: UTF8.self))
        } else {
          texts.append(nil)
        }
      }
      return texts
    }
    #expect(texts == [nil, "ä", ""])
    #expect(builder.bytes.withUnsafeBytes { ListCell.count($0) } == 3)
    builder.removeAll()
    #expect(builder.bytes == [0, 0, 0, 0])
  }
}
