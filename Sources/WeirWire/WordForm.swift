import WeirColumns

/// How the words of one column are to be stored: the shortest form that is found cheaply.
struct WordForm {
  private(set) var encoding = WordEncoding.raw
  /// Bytes of a number of `offset` and `delta`, else 0.
  private(set) var width = 0
  /// The constant, the least word or the first one.
  private var base: Int64 = 0
  /// Of `offset`: what all distances are multiples of; of `delta`: the least step.
  private var unit: Int64 = 1

  /// Steps are only looked at as a whole if those of so many rows promise a shorter form.
  private static let sampleRows = 64

  /// Looks at the words; O(rows).
  init(_ words: UnsafePointer<Int64>, _ rows: Int, _ type: ColumnType) {
    guard rows > 0 else { return }
    let range = WordKernels.range(words, rows)
    base = range.least
    if range.span == 0 {
      encoding = .constant
      return
    }
    // Whole numbers are not made of floats: their bits share neither a base nor a step.
    if type == .float { return }
    let plain = WordKernels.width(range.span)
    consider(.offset, width: plain, base: range.least, unit: 1)
    if plain > 1 {
      considerUnits(words, rows, type, range)
      considerSteps(words, rows)
    }
  }

  private mutating func consider(_ form: WordEncoding, width: Int, base: Int64, unit: Int64) {
    guard width < (encoding == .raw ? 8 : self.width) else { return }
    encoding = form
    self.width = width
    self.base = base
    self.unit = unit
  }

  /// Times are often whole milliseconds or seconds.
  private mutating func considerUnits(
    _ words: UnsafePointer<Int64>,
    _ rows: Int,
    _ type: ColumnType,
    _ range: WordRange
  ) {
    guard type == .timestamp || type == .duration else { return }
    let sample = min(rows, Self.sampleRows)
    guard WordKernels.areThousands(words, sample, base: range.least),
      WordKernels.areThousands(words, rows, base: range.least)
    else { return }
    var unit: Int64 = 1000
    if WordKernels.areMillions(words, sample, base: range.least),
      WordKernels.areMillions(words, rows, base: range.least)
    {
      unit = 1_000_000
    }
    let width = WordKernels.width(range.span / UInt64(unit))
    consider(.offset, width: width, base: range.least, unit: unit)
  }

  /// What comes in order has small steps.
  private mutating func considerSteps(_ words: UnsafePointer<Int64>, _ rows: Int) {
    guard rows > 2, width > 1 || encoding == .raw else { return }
    let best = encoding == .raw ? 8 : width
    let sample = WordKernels.stepRange(words, min(rows, Self.sampleRows))
    guard WordKernels.width(sample.span) < best else { return }
    let steps = WordKernels.stepRange(words, rows)
    consider(.delta, width: WordKernels.width(steps.span), base: words[0], unit: steps.least)
  }

  /// Writes the values part of the section.
  func write(_ words: UnsafePointer<Int64>, _ rows: Int, _ writer: inout BodyWriter) {
    switch encoding {
    case .constant: writer.put(base)
    case .raw: writer.put(words, rows * 8)
    case .offset:
      writer.put(base)
      writer.put(unit)
      let target = writer.advance(rows * width)
      switch width {
      case 1: putOffsets(words, rows, as: UInt8.self, to: target)
      case 2: putOffsets(words, rows, as: UInt16.self, to: target)
      default: putOffsets(words, rows, as: UInt32.self, to: target)
      }
    case .delta:
      writer.put(base)
      writer.put(unit)
      let target = writer.advance((rows - 1) * width)
      switch width {
      case 1: WordKernels.putSteps(words, rows, least: unit, as: UInt8.self, to: target)
      case 2: WordKernels.putSteps(words, rows, least: unit, as: UInt16.self, to: target)
      default: WordKernels.putSteps(words, rows, least: unit, as: UInt32.self, to: target)
      }
    }
  }

  private func putOffsets<Number: UnsignedInteger & FixedWidthInteger & BitwiseCopyable>(
    _ words: UnsafePointer<Int64>,
    _ rows: Int,
    as type: Number.Type,
    to target: UnsafeMutableRawPointer
  ) {
    WordKernels.putOffsets(words, rows, base: base, unit: unit, as: type, to: target)
  }
}
