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
