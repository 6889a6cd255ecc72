import WeirColumns

// Identifiers and times as people and their programs read them in JSON: a number or a text each,
// not an object around one.

extension Epoch {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(UInt64.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }
}

extension Incarnation {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(UInt32.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }
}

/// As `stage/index`.
extension InstanceID {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let slash = text.lastIndex(of: "/"), let index = Int(text[text.index(after: slash)...])
    else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no STAGE/INDEX")
    }
    self.init(String(text[..<slash]), index)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// As RFC 3339 text.
extension WallTime {
  package init(from decoder: any Decoder) throws {
    self.init(microseconds: try decoder.singleValueContainer().timestamp())
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(timestamp: microseconds)
  }
}

/// As RFC 3339 text, `start` or `end`.
extension Watermark {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    switch try? container.decode(String.self) {
    case "start"?: self = .start
    case "end"?: self = .end
    default: self.init(microseconds: try container.timestamp())
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .start: try container.encode("start")
    case .end: try container.encode("end")
    default: try container.encode(timestamp: microseconds)
    }
  }
}

extension SingleValueEncodingContainer {
  /// Encodes microseconds as text, or as a number where the calendar has no such year.
  fileprivate mutating func encode(timestamp microseconds: Int64) throws {
    if (TimestampText.least...TimestampText.greatest).contains(microseconds) {
      try encode(TimestampText.text(microseconds))
    } else {
      try encode(microseconds)
    }
  }
}

extension SingleValueDecodingContainer {
  /// The microseconds that `encode(timestamp:)` wrote.
  fileprivate func timestamp() throws -> Int64 {
    if let number = try? decode(Int64.self) { return number }
    return try TimestampText.parse(try decode(String.self))
  }
}
