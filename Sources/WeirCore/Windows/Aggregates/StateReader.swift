import WeirColumns

/// Reads encoded state, front to back; bytes that end too soon are an error, never a trap.
package struct StateReader {
  private let bytes: [UInt8]
  private var place = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// True when everything has been read.
  package var isAtEnd: Bool { place == bytes.count }

  /// The next little-endian number.
  package mutating func next<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(WeirError) -> Number {
    let count = Number.bitWidth / 8
    var value: Number = 0
    for (index, byte) in try take(count).enumerated() {
      value |= Number(truncatingIfNeeded: byte) << Number(index * 8)
    }
    return value
  }

  /// The next piece, which was written with its length.
  package mutating func nextPiece() throws(WeirError) -> ArraySlice<UInt8> {
    try take(Int(next(UInt32.self)))
  }

  private mutating func take(_ count: Int) throws(WeirError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - place else {
      throw WeirError(
        "E513",
        "read \(count) bytes of stored state",
        detail: "only \(bytes.count - place) of \(bytes.count) bytes are left"
      )
    }
    defer { place += count }
    return bytes[place..<place + count]
  }
}

extension [UInt8] {
  /// Appends a number, little-endian.
  mutating func append(number: some FixedWidthInteger) {
    for index in 0..<number.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: number >> (index * 8)))
    }
  }

  /// Appends bytes with their length.
  mutating func append(piece: UnsafeRawBufferPointer) {
    append(number: UInt32(piece.count))
    append(contentsOf: piece)
  }
}
