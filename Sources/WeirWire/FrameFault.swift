import WeirCore

/// Why the bytes of a frame were refused, and of which channel they say they are.
package struct FrameFault: Error, Hashable, Sendable {
  package var reason: Reason
  /// Nil if the bytes end before the channel; only a claim until the checksum has been verified.
  package var channel: ChannelID?

  package init(_ reason: Reason, channel: ChannelID? = nil) {
    self.reason = reason
    self.channel = channel
  }

  /// What is wrong with a frame.
  package enum Reason: Error, Hashable, Sendable {
    /// Fewer bytes than the shortest header.
    case truncated(count: Int)
    case badMagic(UInt32)
    case unsupportedVersion(UInt16)
    /// Shorter than the version has it, longer than any may be, or longer than the frame.
    case badHeaderLength(Int)
    /// The header and the body, as long as they claim to be, are not the frame.
    case badLength(claimed: Int, actual: Int)
    case badChecksum(claimed: UInt32, computed: UInt32)
    case unknownKind(UInt8)
    case unknownCodec(UInt8)
    case unknownFlags(UInt8)
    case overLimit(Quantity, value: Int, limit: Int)
    /// Rows or a body in a frame of a kind that has none.
    case unexpectedBody(FrameKind)
    /// The compressed block does not decode to the length that the header claims.
    case damagedBlock
    case damagedHello
    /// The body of a batch, outside of any column.
    case damagedBody(Damage)
    /// The last index, one past the columns, is that of the stamps.
    case damagedColumn(Int, Damage)
    /// Nobody knows of rows on this channel.
    case unknownChannel
    case schemaMismatch(claimed: UInt64, expected: UInt64)
  }

  /// What has a limit in `WireLimits`.
  package enum Quantity: String, Sendable {
    case rows
    case footprint
    case encodedLength = "encoded length"
    case decodedLength = "decoded length"
  }

  /// What is wrong inside of a body.
  package enum Damage: String, Error {
    case ends = "it ends too early"
    case trailing = "bytes are left over"
    case columns = "the number of columns is not that of the schema"
    case type = "the type is not that of the schema"
    case reserved = "reserved bytes are in use"
    case encoding = "the encoding is unknown"
    case width = "the width is unknown"
    case marks = "a mark is out of range"
    case flag = "a bool is neither 0 nor 1"
    case float = "a float is not finite"
    case lengths = "the lengths do not add up"
    case index = "an index is beyond the dictionary"
    case footprint = "the rows take more memory than the header says"
  }
}

extension FrameFault: CustomStringConvertible {
  package var description: String {
    let subject = channel.map { "reading a frame of channel \($0.number)" } ?? "reading a frame"
    return "\(subject): \(reason)"
  }
}

extension FrameFault.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated(let count): "\(count) bytes are fewer than a header has"
    case .badMagic(let magic): "it begins with \(hexadecimal(magic)), which is not a frame's"
    case .unsupportedVersion(let version):
      "it has format version \(version), this program reads \(FrameLayout.version)"
    case .badHeaderLength(let length): "the header claims a length of \(length) bytes"
    case .badLength(let claimed, let actual): "\(actual) bytes, where \(claimed) are claimed"
    case .badChecksum(let claimed, let computed):
      "the checksum is \(hexadecimal(claimed)), the bytes give \(hexadecimal(computed))"
    case .unknownKind(let kind): "unknown kind \(kind)"
    case .unknownCodec(let codec): "unknown codec \(codec)"
    case .unknownFlags(let flags): "unknown flags \(hexadecimal(flags))"
    case .overLimit(let quantity, let value, let limit):
      "\(quantity.rawValue) \(value) is over the limit of \(limit)"
    case .unexpectedBody(let kind): "a frame of kind '\(kind)' carries a body"
    case .damagedBlock: "the compressed block is damaged"
    case .damagedHello: "the hello is damaged"
    case .damagedBody(let damage): "the body is damaged: \(damage.rawValue)"
    case .damagedColumn(let index, let damage): "column \(index) is damaged: \(damage.rawValue)"
    case .unknownChannel: "no rows are expected on this channel"
    case .schemaMismatch(let claimed, let expected):
      "the rows have schema \(hexadecimal(claimed)), expected \(hexadecimal(expected))"
    }
  }
}

extension FrameFault {
  /// The fault as the coordinator wants it.
  ///
  /// What a second try may mend asks for a restart; what comes of two programs or two plans that
  /// differ asks for a person.
  package var error: WeirError {
    WeirError(code, "\(self)", hint: hint, blame: blame, recovery: recovery)
  }

  /// E301 to E308; never reused.
  private var code: String {
    switch reason {
    case .truncated, .badHeaderLength, .badLength: "E301"
    case .badMagic: "E302"
    case .unsupportedVersion: "E303"
    case .badChecksum: "E304"
    case .unknownKind, .unknownCodec, .unknownFlags: "E305"
    case .overLimit: "E306"
    case .unexpectedBody, .damagedBlock, .damagedHello, .damagedBody, .damagedColumn: "E307"
    case .unknownChannel, .schemaMismatch: "E308"
    }
  }

  private var hint: String? {
    switch reason {
    case .unsupportedVersion, .unknownKind, .unknownCodec, .unknownFlags:
      "run all processes from the same version of weir"
    default: nil
    }
  }

  private var blame: WeirError.Blame {
    switch reason {
    case .unsupportedVersion, .unknownKind, .unknownCodec, .unknownFlags: .user
    case .truncated, .badMagic, .badHeaderLength, .badLength, .badChecksum: .environment
    case .overLimit, .unexpectedBody, .damagedBlock, .damagedHello, .damagedBody, .damagedColumn,
      .unknownChannel, .schemaMismatch:
      .weir
    }
  }

  private var recovery: WeirError.Recovery { blame == .user ? .stop : .restart }
}

/// The number in hexadecimal, such as `0x2a`.
func hexadecimal(_ number: some BinaryInteger) -> String {
  "0x" + String(number, radix: 16)
}
