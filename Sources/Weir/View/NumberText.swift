import WeirColumns

/// Numbers as people read them.
enum NumberText {
  /// `1,234,567`.
  static func count(_ number: UInt64) -> String {
    let digits = Array(String(number))
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// Three digits and a letter: `1.23M`.
  static func rate(_ perSecond: Double) -> String {
    switch perSecond {
    case ..<1000: "\(Int(perSecond.rounded()))"
    case ..<999_500: threeDigits(perSecond / 1e3) + "k"
    case ..<999_500_000: threeDigits(perSecond / 1e6) + "M"
    default: threeDigits(perSecond / 1e9) + "G"
    }
  }

  /// `15.2 MiB`.
  static func bytes(_ bytes: Int64) -> String {
    let number = Double(bytes)
    if number < 1024 { return "\(bytes) B" }
    if number < 1024 * 1024 { return threeDigits(number / 1024) + " KiB" }
    if number < 1024 * 1024 * 1024 { return threeDigits(number / 1024 / 1024) + " MiB" }
    return threeDigits(number / 1024 / 1024 / 1024) + " GiB"
  }

  /// `42 %`.
  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  /// `12.3 s`, `3m10s`, `2h5m`.
  static func seconds(_ seconds: Double) -> String {
    if seconds < 60 { return "\(fixed(seconds, 1)) s" }
    let whole = Int64(seconds.rounded())
    let coarse = whole < 3600 ? whole : whole / 60 * 60
    return DurationText.text(coarse * 1_000_000)
  }

  /// A length of time in two units at most: `3d4h`, `45s`.
  static func span(_ microseconds: Int64) -> String {
    let magnitude = microseconds.magnitude
    let unit: UInt64 =
      switch magnitude {
      case ..<1_000_000: 1000
      case ..<3_600_000_000: 1_000_000
      case ..<86_400_000_000: 60_000_000
      default: 3_600_000_000
      }
    let text = DurationText.text(Int64(magnitude / unit * unit))
    return microseconds < 0 && magnitude >= unit ? "-" + text : text
  }

  /// Microseconds as `850 us`, `12.3 ms` or `1.20 s`.
  static func latency(_ microseconds: Int64) -> String {
    switch microseconds {
    case ..<1000: "\(microseconds) us"
    case ..<1_000_000: threeDigits(Double(microseconds) / 1e3) + " ms"
    default: threeDigits(Double(microseconds) / 1e6) + " s"
    }
  }

  /// A number with so many digits after the point.
  static func fixed(_ number: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    return DecimalText.text(Int64((number * scale).rounded()), scale: places)
  }

  private static func threeDigits(_ number: Double) -> String {
    if number < 9.995 { return fixed(number, 2) }
    return number < 99.95 ? fixed(number, 1) : fixed(number, 0)
  }
}
