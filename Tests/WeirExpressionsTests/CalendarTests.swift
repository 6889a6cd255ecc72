import Testing
import WeirColumns
import WeirExpressions

/// The civil calendar against a count of days from year 1 on.
@Suite struct CalendarTests {
  private static let day: Int64 = 86_400_000_000

  @Test func `days of all 9,999 years have their dates, and the parts of them`() throws {
    var days: [(Int64, Int64, Int64, Int64)] = []
    var doy: Int64 = 0
    for year in Int64(1)...9999 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      doy = 0
      for (month, length) in lengths.enumerated() {
        for day in 1...length {
          doy += 1
          days.append((year, Int64(month) + 1, day, doy))
        }
      }
    }
    let first: Int64 = -719_162
    #expect(Int64(days.count) + first == 2_932_897)
    // Whole years around the turns of centuries, and a day of every month of the others.
    let whole: Set<Int64> = [1, 2, 4, 100, 1899, 1900, 1969, 1970, 2000, 2024, 2100, 9999]
    let chosen = days.indices.filter { $0 % 29 == 0 || whole.contains(days[$0].0) }
    for part in stride(from: 0, to: chosen.count, by: 60_000) {
      let indices = chosen[part..<min(part + 60_000, chosen.count)]
      let slice = indices.map { days[$0] }
      let rows = indices.map { index in
        // The last microsecond of a day still belongs to it.
        [Constant(.timestamp, word: (first + Int64(index) + 1) * Self.day - 1)]
      }
      let fixture = Fixture([Field("t", .timestamp)], rows)
      #expect(try fixture.values("extract(year from t)").map(\.word) == slice.map(\.0))
      #expect(try fixture.values("extract(month from t)").map(\.word) == slice.map(\.1))
      #expect(try fixture.values("extract(day from t)").map(\.word) == slice.map(\.2))
      #expect(try fixture.values("extract(doy from t)").map(\.word) == slice.map(\.3))
      let starts = try fixture.values("date_trunc('month', t)").map(\.word)
      #expect(starts == zip(rows, slice).map { $0[0].word + 1 - $1.2 * Self.day })
    }
  }

  @Test func `timestamps read back from their text`() throws {
    let seed = SeededNumbers.seed(3)
    var numbers = SeededNumbers(seed)
    let rows = (0..<5000).map { _ in
      let time = Int64.random(
        in: -62_135_596_800_000_000...253_402_300_799_999_999,
        using: &numbers
      )
      return [Constant(.timestamp, word: time)]
    }
    let fixture = Fixture([Field("t", .timestamp)], rows)
    let back = try fixture.values("cast(cast(t as string) as timestamp)")
    #expect(back == rows.map { $0[0] }, "seed \(seed)")
    let text = try fixture.values("format_timestamp(t, '%Y-%m-%dT%H:%M:%S.%fZ')")
    let again = Fixture([Field("s", .string)], text.map { [$0] })
    #expect(try again.values("to_timestamp(s)") == rows.map { $0[0] }, "seed \(seed)")
  }

  @Test func `malformed timestamps and durations are refused`() throws {
    let texts = [
      "", "2026-01-01", "2026-01-01T00:00:00", "2026-1-01T00:00:00Z", "2026-01-01T24:00:00Z",
      "2026-01-01T00:60:00Z", "2026-02-29T00:00:00Z", "0000-01-01T00:00:00Z",
      "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00Zx",
      "2026-01-01T00:00:00.123456x890Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    ]
    let fixture = Fixture([Field("s", .string)], texts.map { [Constant(text: $0)] })
    let times = try fixture.values("try_cast(s as timestamp)")
    #expect(times.map(\.mark) == texts.map { _ in .null })
    let durations = ["", "-", "5", "1x", "1h-5m", "99999999999999999999d", "300000000d", "1.5h"]
    let others = Fixture([Field("s", .string)], durations.map { [Constant(text: $0)] })
    let found = try others.values("try_cast(s as duration)")
    #expect(found.map(\.mark) == durations.map { _ in .null })
  }

  @Test func `durations read back from their text`() throws {
    let values: [Int64] = [0, 1, -1, 999, 1000, 1_000_001, 3_600_000_000, -5_400_000_000, .max]
    let rows = values.map { [Constant(.duration, word: $0)] }
    let fixture = Fixture([Field("d", .duration)], rows)
    #expect(try fixture.values("cast(cast(d as string) as duration)").map(\.word) == values)
  }
}
