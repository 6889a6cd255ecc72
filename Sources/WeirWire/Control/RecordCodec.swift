import WeirCore

/// Manifests and numbers as JSON texts; checksum and placing on the disk are the store's matter.
package enum RecordCodec {
  /// The text of a manifest.
  package static func encode(_ manifest: Manifest) -> [UInt8] { manifest.json.bytes }

  /// The text of the numbers.
  package static func encode(_ numbers: RunNumbers) -> [UInt8] { numbers.json.bytes }

  /// Reads a manifest; throws E310 if it is damaged.
  package static func manifest(_ bytes: UnsafeRawBufferPointer) throws(WeirError) -> Manifest {
    try Manifest(fields(bytes, of: "manifest"))
  }

  /// Reads numbers; throws E310 if they are damaged.
  package static func numbers(_ bytes: UnsafeRawBufferPointer) throws(WeirError) -> RunNumbers {
    try RunNumbers(fields(bytes, of: "numbers"))
  }

  private static func fields(
    _ bytes: UnsafeRawBufferPointer,
    of subject: String
  ) throws(WeirError) -> ControlFields {
    let value: JSONValue
    do throws(JSONReader.Fault) {
      value = try JSONReader.value(bytes)
    } catch {
      throw ControlFields.damaged(subject, "expected \(error.expected) at byte \(error.offset)")
    }
    return try ControlFields(value, of: subject)
  }
}
