import WeirCore

/// Why the bytes of a snapshot were refused: in which file, at which offset, of which section.
package struct SnapshotFault: Error, Hashable, Sendable {
  package var file: String
  package var offset: Int
  /// Nil outside of sections.
  package var address: StateAddress?
  package var reason: Reason

  package init(_ reason: Reason, file: String, offset: Int, address: StateAddress? = nil) {
    self.reason = reason
    self.file = file
    self.offset = offset
    self.address = address
  }

  /// What is wrong.
  package enum Reason: Error, Hashable, Sendable {
    /// There is no such file.
    case missing
    case truncated(count: Int)
    case badMagic(UInt32)
    case unsupportedVersion(Int)
    case badChecksum
    case unknownKind(UInt8)
    case unknownCodec(UInt8)
    case unknownFlags(UInt8)
    case overLimit(String, value: Int, limit: Int)
    case damagedBlock
    case damagedDirectory(String)
    /// The section is not the one that the directory names.
    case otherSection
    /// The first thing in which the stored description differs.
    case otherState(String)
  }

  /// The fault as the coordinator wants it.
  package var error: WeirError {
    let place = address.map { " (\($0))" } ?? ""
    return WeirError(
      code,
      "reading snapshot '\(file)' at byte \(offset)\(place): \(text)",
      hint: isOther ? "start with '--fresh', or run the topology that wrote it" : nil,
      blame: isOther ? .user : .environment
    )
  }

  private var isOther: Bool {
    switch reason {
    case .otherState, .unsupportedVersion: true
    case .missing, .truncated, .badMagic, .badChecksum, .unknownKind, .unknownCodec, .unknownFlags,
      .overLimit, .damagedBlock, .damagedDirectory, .otherSection:
      false
    }
  }

  private var code: String { isOther ? "E516" : "E515" }

  private var text: String {
    switch reason {
    case .missing: "the file is not there"
    case .truncated(let count): "it ends after \(count) bytes"
    case .badMagic(let magic): "\(hexadecimal(magic)) is not what belongs there"
    case .unsupportedVersion(let version):
      "it has format version \(version), this program reads \(SnapshotLayout.version)"
    case .badChecksum: "the checksum is wrong"
    case .unknownKind(let kind): "unknown kind \(kind)"
    case .unknownCodec(let codec): "unknown codec \(codec)"
    case .unknownFlags(let flags): "unknown flags \(hexadecimal(flags))"
    case .overLimit(let quantity, let value, let limit):
      "\(quantity) \(value) is over the limit of \(limit)"
    case .damagedBlock: "the compressed block is damaged"
    case .damagedDirectory(let what): "the directory is damaged: \(what)"
    case .otherSection: "it is not the section that the directory names"
    case .otherState(let difference): "it is of another state: \(difference)"
    }
  }
}
