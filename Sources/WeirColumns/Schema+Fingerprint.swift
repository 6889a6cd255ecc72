extension Schema {
  /// A number that differs when names, types, their order or the event time differ.
  ///
  /// Channels and snapshots compare it; it is the same in every process and version.
  package var fingerprint: UInt64 {
    var text = ""
    for field in fields { text += "\(field.name):\(field.type);" }
    if let eventTime { text += "@\(eventTime)" }
    return Fingerprint.of(text)
  }
}

/// Fingerprints of text: stable between processes, unlike `hashValue`.
package enum Fingerprint {
  /// The hash of the text's UTF-8.
  package static func of(_ text: String) -> UInt64 {
    // 16 bytes of room, because the hash may load a word past a short text.
    var bytes = Array(text.utf8)
    let count = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: 16))
    return bytes.withUnsafeBytes { raw in
      raw.baseAddress.map { KeyHash.bytes($0, count, KeyHash.defaultSeed) } ?? 0
    }
  }
}
