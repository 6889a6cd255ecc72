import Glibc
import WeirColumns

/// One column of a generator: its plan with everything computed that does not depend on the row.
///
/// Fills a column a batch at a time over pointers hoisted once: `&+` on indices, because checks
/// would cost more than the hash.
struct GeneratedColumn {
  private let plan: GeneratePlan.ColumnPlan
  private let seed: UInt64
  private let recipe: GeneratedRecipe
  /// Rows whose chance is below this are null.
  private let nullBound: UInt64

  init(_ plan: GeneratePlan.ColumnPlan, seed: UInt64, startedAt: WallTime) {
    self.plan = plan
    let name = Array(plan.name.utf8)
    // The hash reads up to 16 bytes past the start without using them.
    let padded = name + [UInt8](repeating: 0, count: 16)
    self.seed = padded.withUnsafeBytes { buffer in
      buffer.baseAddress.map { KeyHash.bytes($0, name.count, KeyHash.word(seed, 0)) } ?? seed
    }
    recipe = GeneratedRecipe(plan, startedAt: startedAt)
    nullBound = chanceBound(plan.nulls)
  }

  /// Fills the first `count` rows of an empty column for rows of those numbers.
  func fill(_ column: Column, _ numbers: UnsafeMutablePointer<Int>, _ count: Int) {
    column.removeAll()
    if nullBound > 0 { markNulls(column, numbers, count) }
    switch recipe {
    case .sequence(let format): writeRanks(column, count, format) { numbers[$0] }
    case .uniformRank(let count64, let format):
      writeRanks(column, count, format) { [seed] row in
        let random = KeyHash.word(UInt64(truncatingIfNeeded: numbers[row]), seed)
        return Int(truncatingIfNeeded: random.multipliedFullWidth(by: count64).high)
      }
    case .tableRank(let table, let format):
      writeRanks(column, count, format) { [seed] row in
        table.rank(KeyHash.word(UInt64(truncatingIfNeeded: numbers[row]), seed))
      }
    case .zipfRank(let sampler, let format):
      writeRanks(column, count, format) { [seed] row in
        sampler.rank(UInt64(truncatingIfNeeded: numbers[row]), seed) &- 1
      }
    case .texts(let texts): writeChosen(column, numbers, count, texts)
    case .words(let words, let bounds):
      for row in 0..<count {
        let word = words[choice(numbers[row], bounds)]
        if column.layout == .byte {
          column.flags[row] = UInt8(truncatingIfNeeded: word)
        } else {
          column.words[row] = word
        }
      }
    case .uniformWord(let low, let span):
      let words = column.words
      for row in 0..<count {
        let random = KeyHash.word(UInt64(truncatingIfNeeded: numbers[row]), seed)
        let offset = span == 0 ? random : random.multipliedFullWidth(by: span).high
        words[row] = low &+ Int64(truncatingIfNeeded: offset)
      }
    case .uniform(let low, let high):
      writeNumbers(column, count) { [seed] row in
        low + fraction(KeyHash.word(UInt64(truncatingIfNeeded: numbers[row]), seed)) * (high - low)
      }
    case .normal(let mean, let deviation):
      writeNumbers(column, count) { [seed] row in
        mean + deviation * bell(UInt64(truncatingIfNeeded: numbers[row]), seed)
      }
    case .lognormal(let median, let sigma):
      writeNumbers(column, count) { [seed] row in
        median * exp(sigma * bell(UInt64(truncatingIfNeeded: numbers[row]), seed))
      }
    case .clock(let start, let clock): writeTimes(column, numbers, count, start, clock)
    }
  }

  private func markNulls(_ column: Column, _ numbers: UnsafeMutablePointer<Int>, _ count: Int) {
    column.beginMarks(rows: count)
    let marks = column.marks
    let seed = seed ^ GeneratedStream.nulls
    for row in 0..<count
    where KeyHash.word(UInt64(truncatingIfNeeded: numbers[row]), seed) < nullBound {
      marks[row] = RowMark.null.rawValue
    }
  }

  // MARK: Texts

  @inline(__always)
  private func writeTexts(
    _ column: Column,
    _ count: Int,
    longest: Int,
    _ write: (Int, UnsafeMutablePointer<UInt8>) -> Int
  ) {
    column.reserve(bytes: count * longest, used: 0)
    let offsets = column.offsets
    let arena = column.arena
    let marks = column.hasMarks ? column.marks : nil
    var end = 0
    for row in 0..<count {
      if marks.map({ $0[row] == 0 }) ?? true { end &+= write(row, arena + end) }
      offsets[row &+ 1] = UInt32(truncatingIfNeeded: end)
    }
  }

  @inline(__always)
  private func writeRanks(
    _ column: Column,
    _ count: Int,
    _ format: NumberFormat?,
    _ rank: (Int) -> Int
  ) {
    if let format, column.layout == .variable {
      writeTexts(column, count, longest: format.longest) { row, to in
        format.write(rank(row), to: to)
      }
    } else if let format {
      writeNumbers(column, count) { Double(format.text(rank($0))) ?? 0 }
    } else {
      writeNumbers(column, count) { Double(rank($0)) }
    }
  }

  private func writeChosen(
    _ column: Column,
    _ numbers: UnsafeMutablePointer<Int>,
    _ count: Int,
    _ texts: GeneratedTexts
  ) {
    texts.bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      writeTexts(column, count, longest: texts.longest) { row, to in
        let chosen = choice(numbers[row], texts.bounds)
        let from = texts.starts[chosen]
        let length = texts.starts[chosen &+ 1] &- from
        memcpy(to, start + from, length)
        return length
      }
    }
  }

  /// Which of several the row gets: the first whose bound is above its chance.
  @inline(__always)
  private func choice(_ number: Int, _ bounds: [UInt64]) -> Int {
    let random = KeyHash.word(UInt64(truncatingIfNeeded: number), seed)
    var index = 0
    while index < bounds.count &- 1, random >= bounds[index] { index &+= 1 }
    return index
  }

  // MARK: Numbers

  /// Stores numbers in the form of the column's type, within the limits of the plan.
  @inline(__always)
  private func writeNumbers(_ column: Column, _ count: Int, _ value: (Int) -> Double) {
    let low = plan.minimum ?? -Double.greatestFiniteMagnitude
    let high = plan.maximum ?? Double.greatestFiniteMagnitude
    switch column.type {
    case .float:
      let doubles = column.doubles
      for row in 0..<count { doubles[row] = min(max(value(row), low), high) }
    case .bool:
      let flags = column.flags
      for row in 0..<count { flags[row] = value(row) >= 0.5 ? 1 : 0 }
    case .int, .decimal, .timestamp, .duration:
      let words = column.words
      let scale = GeneratedRecipe.scale(column.type)
      // A number beyond 64 bits becomes the greatest that fits.
      let bound = 9.2e18
      for row in 0..<count {
        let scaled = (min(max(value(row), low), high) * scale).rounded()
        words[row] = Int64(min(max(scaled, -bound), bound))
      }
    case .string, .bytes, .json, .list:
      writeTexts(column, count, longest: 32) { row, to in
        let text = Array("\(min(max(value(row), low), high))".utf8)
        to.update(from: text, count: text.count)
        return text.count
      }
    }
  }

  // MARK: Times

  private func writeTimes(
    _ column: Column,
    _ numbers: UnsafeMutablePointer<Int>,
    _ count: Int,
    _ start: Int64,
    _ clock: GeneratePlan.Clock
  ) {
    let words = column.words
    let step = 1e6 / clock.rowsPerSecond
    let disorder = UInt64(max(clock.disorder, 0)) + 1
    let lateBound = chanceBound(clock.lateFraction)
    let lateSpan = UInt64(max(clock.lateHigh - clock.lateLow, 0)) + 1
    let lateSeed = seed ^ GeneratedStream.late
    for row in 0..<count {
      let number = UInt64(truncatingIfNeeded: numbers[row])
      var behind = KeyHash.word(number, seed).multipliedFullWidth(by: disorder).high
      if lateBound > 0, KeyHash.word(number, lateSeed) < lateBound {
        let more = KeyHash.word(number, lateSeed &+ 1).multipliedFullWidth(by: lateSpan).high
        behind = UInt64(max(clock.lateLow, 0)) &+ more
      }
      let due = (Double(numbers[row]) * step).rounded(.down)
      words[row] = start &+ Int64(due) &- Int64(truncatingIfNeeded: behind)
    }
  }
}

/// Which of a column's independent streams of chance is meant.
private enum GeneratedStream {
  static let nulls: UInt64 = 0x6e75_6c6c_0000_0001
  static let late: UInt64 = 0x6c61_7465_0000_0001
}

/// The number below which 64 random bits are with that probability.
func chanceBound(_ probability: Double) -> UInt64 {
  if probability >= 1 { return .max }
  return UInt64(max(probability, 0) * 0x1p64)
}

/// 64 random bits as a number in 0 ..< 1.
@inline(__always)
private func fraction(_ random: UInt64) -> Double { Double(random >> 11) * 0x1p-53 }

/// A number of the standard normal distribution: the inverse of its distribution function.
///
/// P. J. Acklam's rational approximation, good to 1e-9 of the value; the middle 95 % need no logarithm.
@inline(__always)
private func bell(_ row: UInt64, _ seed: UInt64) -> Double {
  let share = (Double(KeyHash.word(row, seed) >> 11) + 0.5) * 0x1p-53
  let edge = 0.02425
  guard share >= edge, share <= 1 - edge else {
    let root = (-2 * log(min(share, 1 - share))).squareRoot()
    return share < edge ? tail(root) : -tail(root)
  }
  let centred = share - 0.5
  let square = centred * centred
  let above =
    ((((-3.969683028665376e+01 * square + 2.209460984245205e+02) * square
      - 2.759285104469687e+02) * square + 1.383577518672690e+02) * square
      - 3.066479806614716e+01) * square + 2.506628277459239e+00
  let below =
    ((((-5.447609879822406e+01 * square + 1.615858368580409e+02) * square
      - 1.556989798598866e+02) * square + 6.680131188771972e+01) * square
      - 1.328068155288572e+01) * square + 1
  return above * centred / below
}

/// The lower tail, by the root of -2 ln of its share.
@inline(__always)
private func tail(_ root: Double) -> Double {
  let above =
    ((((-7.784894002430293e-03 * root - 3.223964580411365e-01) * root
      - 2.400758277161838e+00) * root - 2.549732539343734e+00) * root
      + 4.374664141464968e+00) * root + 2.938163982698783e+00
  let below =
    (((7.784695709041462e-03 * root + 3.224671290700398e-01) * root
      + 2.445134137142996e+00) * root + 3.754408661907416e+00) * root + 1
  return above / below
}
