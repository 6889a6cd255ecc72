/// Writes scalars as UTF-8 text.
enum ScalarWriter {
  static func integer(_ value: Int64, _ sink: inout ByteSink) {
    if value < 0 { sink.append(UInt8(ascii: "-")) }
    digits(value.magnitude, width: 1, &sink)
  }

  /// All digits of the scale: 150 of scale 2 is `1.50`.
  static func decimal(_ value: Int64, scale: Int, _ sink: inout ByteSink) {
    guard scale > 0 else { return integer(value, &sink) }
    if value < 0 { sink.append(UInt8(ascii: "-")) }
    var unit: UInt64 = 1
    for _ in 0..<scale { unit *= 10 }
    digits(value.magnitude / unit, width: 1, &sink)
    sink.append(UInt8(ascii: "."))
    digits(value.magnitude % unit, width: scale, &sink)
  }

  /// The shortest text that reads back as the same float.
  static func float(_ value: Double, _ sink: inout ByteSink) {
    sink.append(value.description)
  }

  static func bool(_ value: Bool, _ sink: inout ByteSink) {
    sink.append(value ? "true" : "false")
  }

  /// At least `width` digits, zeros in front.
  @inline(__always)
  static func digits(_ value: UInt64, width: Int, _ sink: inout ByteSink) {
    var places = 1
    var limit: UInt64 = 10
    // The limit wraps behind 10^19, beyond which no number has more digits.
    while value >= limit, places < 20 {
      places &+= 1
      limit = places == 20 ? .max : limit &* 10
    }
    places = max(places, width)
    var place = sink.skip(places)
    var rest = value
    for _ in 0..<places {
      place -= 1
      place.pointee = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}
