import CChecksum
import WeirCore

#if _endian(big)
#error("snapshots hold numbers as little-endian machines do")
#endif

/// The bytes of a snapshot file: header | sections | directory | footer.
///
/// Numbers are little-endian. A checksum is a CRC-32C of the part with its own field taken as 0.
///
/// Header, 56 bytes and the description:
///
///     offset  bytes
///          0      4  magic: 57 53 4E 50 ("WSNP")
///          4      2  version of this format: 1
///          6      2  0
///          8      4  checksum of header and description
///         12      4  key groups
///         16      8  epoch
///         24      4  version of the key hash
///         28      4  length of the description
///         32      8  fingerprint of the description
///         40     16  0
///         56         description (`StateDescription.text`)
///
/// Section, 56 bytes and its body:
///
///          0      4  magic: 57 53 45 43 ("WSEC")
///          4      1  kind of table (`StateTable.Kind`)
///          5      1  flags: bit 0 whole; one that is not known refuses the section
///          6      1  codec of the body: 0 none, 1 LZ4 block
///          7      1  version of the body: 1
///          8      4  checksum of section header and body
///         12      4  key group
///         16      4  section
///         20      4  encoded length
///         24      4  decoded length
///         28      4  version of the key hash
///         32      8  first window of a pane
///         40      8  last window of a pane
///         48      8  fingerprint of the description
///         56         body
///
/// Directory: what of this and of earlier files makes the state.
///
///          0      4  magic: 57 44 49 52 ("WDIR")
///          4      4  files f
///          8      4  addresses a
///         12      4  0
///         16         f files: 8 bytes of length, 2 of the name's length, the name
///                    a addresses, ascending: kind 1, 0 1, pieces 2, key group 4, section 4,
///                    and of a pane first window 8, last window 8; then of each piece
///                    file 4, length 4, offset 8: the whole one, then its changes
///
/// Footer, 40 bytes:
///
///          0      4  magic: 57 45 4E 44 ("WEND")
///          4      2  version of this format: 1
///          6      2  0
///          8      4  checksum of the footer
///         12      4  checksum of the directory
///         16      8  offset of the directory
///         24      8  length of the directory
///         32      8  epoch
enum SnapshotLayout {
  static let version: UInt16 = 1
  static let magic: UInt32 = 0x504E_5357
  static let sectionMagic: UInt32 = 0x4345_5357
  static let directoryMagic: UInt32 = 0x5249_4457
  static let footerMagic: UInt32 = 0x444E_4557
  static let bodyVersion: UInt8 = 1
  static let headerLength = 56
  static let sectionLength = 56
  static let directoryLength = 16
  static let footerLength = 40
  static let checksumOffset = 8

  /// The checksum of a part whose own field lies at `checksumOffset`; O(bytes).
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = bytes.baseAddress else { return 0 }
    var zero: UInt32 = 0
    let before = weir_crc32c(0, start, checksumOffset)
    let field = weir_crc32c(before, &zero, 4)
    let rest = checksumOffset + 4
    return weir_crc32c(field, start + rest, bytes.count - rest)
  }

  /// Writes the checksum of the bytes from `start` to the end.
  static func seal(_ bytes: inout [UInt8], from start: Int) {
    bytes.withUnsafeMutableBytes { raw in
      let part = UnsafeMutableRawBufferPointer(rebasing: raw[start...])
      let sum = checksum(UnsafeRawBufferPointer(part))
      part.storeBytes(of: sum, toByteOffset: checksumOffset, as: UInt32.self)
    }
  }

  static func isSealed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.loadUnaligned(fromByteOffset: checksumOffset, as: UInt32.self) == checksum(bytes)
  }
}

extension WireLimits {
  /// Bytes of a section's body: 64 KiB of columns, places and padding, or the head of an arena.
  package static let sectionLength = 80 << 20
  /// Bytes of a directory.
  package static let directoryLength = 1 << 30
  /// Bytes of the description of a state.
  package static let descriptionLength = 1 << 20
}

extension [UInt8] {
  /// Appends a number, little-endian.
  mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
