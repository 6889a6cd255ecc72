import WeirCore

/// Manifests, numbers and the quarantine as JSON texts with a checksum; their place on the disk is the store's matter.
package enum RecordCodec {
  /// The text of a manifest.
  package static func encode(_ manifest: StoredManifest) -> [UInt8] {
    RecordSeal.seal(manifest.json.bytes)
  }

  /// The text of the numbers.
  package static func encode(_ numbers: RunNumbers) -> [UInt8] {
    RecordSeal.seal(numbers.json.bytes)
  }

  /// Whether a record is as it was written: if so and it cannot be read, another version wrote it.
  ///
  /// O(bytes).
  package static func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
    RecordSeal.open(bytes) != nil
  }

  /// The text of the list of rows that are kept from their operators.
  package static func encode(_ quarantine: [QuarantinedRow]) -> [UInt8] {
    RecordSeal.seal(JSONValue.object(["rows": .list(quarantine.map(\.json))]).bytes)
  }

  /// Reads that list; throws E310 if it is damaged.
  package static func quarantine(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WeirError) -> [QuarantinedRow] {
    try fields(bytes, of: "quarantine").values("rows", QuarantinedRow.init)
  }

  /// Reads a manifest; throws E310 if it is damaged.
  package static func manifest(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WeirError) -> StoredManifest {
    try StoredManifest(fields(bytes, of: "manifest"))
  }

  /// Reads numbers; throws E310 if they are damaged.
  package static func numbers(_ bytes: UnsafeRawBufferPointer) throws(WeirError) -> RunNumbers {
    try RunNumbers(fields(bytes, of: "numbers"))
  }

  /// The text of the record of a savepoint.
  package static func encode(_ savepoint: StoredSavepoint) -> [UInt8] {
    RecordSeal.seal(savepoint.json.bytes)
  }

  /// Which form a whole record of a savepoint has; throws E310 if it is damaged or none.
  package static func savepointVersion(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WeirError) -> Int {
    try fields(bytes, of: "savepoint").integer("savepoint")
  }

  /// Reads the record of a savepoint of this version; throws E310 if it is damaged.
  package static func savepoint(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WeirError) -> StoredSavepoint {
    try StoredSavepoint(fields(bytes, of: "savepoint"))
  }

  private static func fields(
    _ bytes: UnsafeRawBufferPointer,
    of subject: String
  ) throws(WeirError) -> ControlFields {
    guard let content = RecordSeal.open(bytes) else {
      throw ControlFields.damaged(subject, "the checksum does not fit")
    }
    let value: JSONValue
    do throws(JSONReader.Fault) {
      value = try JSONReader.value(content)
    } catch {
      throw ControlFields.damaged(subject, "expected \(error.expected) at byte \(error.offset)")
    }
    return try ControlFields(value, of: subject)
  }
}
