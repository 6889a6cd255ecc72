/// A row of the tests' input, and what the reader knows about its time.
struct Payment: Hashable {
  var auth: String
  var card: String?
  var merchant: String?
  var status: String?
  var cents: Int?
  /// Milliseconds since `ModelText.epoch`.
  var time: Int
  /// The watermark of its file when it is read, if it is behind it.
  var stamp: Int?

  /// True if a window that ends so takes no more such rows.
  func isLate(forEnd end: Int) -> Bool { stamp.map { end <= $0 } ?? false }
}

/// Rows of several files, in the order in which they stand in them.
struct PaymentFiles {
  var files: [[Payment]]

  var all: [Payment] { files.flatMap { $0 } }

  /// Notes in each row how far its file's watermark was when it was read.
  init(_ files: [[Payment]], lag: Int) {
    self.files = files.map { file in
      var highest: Int?
      return file.map { payment in
        var payment = payment
        if let highest, payment.time < highest - lag { payment.stamp = highest - lag }
        highest = max(highest ?? payment.time, payment.time)
        return payment
      }
    }
  }

  /// Rows in disorder: most within the lag, some behind it, a few far behind; with nulls and ties.
  static func disturbed(_ seed: UInt64, files: Int, rows: Int, lag: Int) -> PaymentFiles {
    var random = SplitMix(seed)
    let lists = (0..<files).map { file in
      (0..<rows).map { row in
        var time = start + row * 1500 + random.below(lag / 1000 + 30) * -1000
        if random.below(15) == 0 { time -= 60_000 + random.below(1_500) * 1000 }
        return payment("a\(file)-\(row)", at: time, &random)
      }
    }
    return PaymentFiles(lists, lag: lag)
  }

  /// Rows in order up to the lag, but for some behind it by less than the gap, which sessions that
  /// are not over may take, and a few by more, which none can take any more.
  static func visits(
    _ seed: UInt64,
    files: Int,
    rows: Int,
    lag: Int,
    gap: Int
  ) -> PaymentFiles {
    var random = SplitMix(seed)
    let lists = (0..<files).map { file in
      var highest = start
      return (0..<rows).map { row in
        var time = start + row * 1500 - random.below(lag / 1000) * 1000
        if row > 100, random.below(40) == 0 {
          time = highest - lag - gap - 1000 - random.below(600_000)
        } else if row > 20, random.below(6) == 0 {
          time = highest - lag - random.below(gap / 1000 + 1) * 1000
        } else {
          time = max(time, highest - lag)
        }
        highest = max(highest, time)
        return payment("v\(file)-\(row)", at: time, &random)
      }
    }
    return PaymentFiles(lists, lag: lag)
  }

  private static let start = 12 * 3_600_000

  private static func payment(
    _ auth: String,
    at time: Int,
    _ random: inout SplitMix
  ) -> Payment {
    let statuses: [String?] = ["APPROVED", "DECLINED", "DECLINED", "APPROVED", "REVERSED", nil]
    return Payment(
      auth: auth,
      card: random.below(30) == 0 ? nil : "c\(random.below(25))",
      merchant: random.below(20) == 0 ? nil : "shop \"\(random.below(9))\" ü",
      status: statuses[random.below(statuses.count)],
      cents: random.below(15) == 0 ? nil : random.below(20_000) - 500,
      time: time
    )
  }
}

/// A small generator of numbers that look random: the same for the same seed.
struct SplitMix {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to the bound, without it.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
