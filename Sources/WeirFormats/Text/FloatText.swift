/// Floats as the shortest decimal that reads back as the same number.
enum FloatText {
  /// Bytes of the longest text: a sign, 17 digits, a point and an exponent.
  static let maximumLength = 32

  /// Writes a finite number and returns its length.
  ///
  /// Swift's description is the shortest that round-trips (SwiftDtoa), and valid JSON: `5.0`,
  /// `1e-07`, `-0.0`.
  static func write(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
    precondition(value.isFinite, "a float in a column is \(value)")
    var text = value.description
    return text.withUTF8 { bytes in
      for (place, byte) in bytes.enumerated() { target[place] = byte }
      return bytes.count
    }
  }
}
