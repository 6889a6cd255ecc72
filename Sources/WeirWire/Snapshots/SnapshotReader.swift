import WeirCore

/// Reads a snapshot by ranges of its files, and believes nothing of them.
///
/// The order is: the footer, of a file's last `footerLength` bytes; the directory; the header; then
/// every piece of the directory, in order.
package struct SnapshotReader {
  /// Bytes at the end of a file that are read first.
  package static let footerLength = SnapshotLayout.footerLength

  private let file: String
  private let fileLength: Int
  package let epoch: Epoch
  /// Where the directory lies in the file.
  package let directoryRange: Range<Int>
  private let directoryChecksum: UInt32

  /// Reads the footer; throws if it is none, or if what it says does not fit the file's length.
  package init(
    footer bytes: UnsafeRawBufferPointer,
    file: String,
    length: Int
  ) throws(SnapshotFault) {
    let start = length - SnapshotLayout.footerLength
    func fault(_ reason: SnapshotFault.Reason) -> SnapshotFault {
      SnapshotFault(reason, file: file, offset: max(start, 0))
    }
    guard bytes.count == SnapshotLayout.footerLength, start >= SnapshotLayout.headerLength else {
      throw fault(.truncated(count: min(bytes.count, length)))
    }
    let magic = bytes.loadUnaligned(as: UInt32.self)
    guard magic == SnapshotLayout.footerMagic else { throw fault(.badMagic(magic)) }
    let version = bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
    guard version == SnapshotLayout.version else {
      throw fault(.unsupportedVersion(Int(version)))
    }
    guard SnapshotLayout.isSealed(bytes) else { throw fault(.badChecksum) }
    let offset = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    let count = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    guard count <= WireLimits.directoryLength else {
      throw fault(
        .overLimit(
          "length of the directory",
          value: Int(clamping: count),
          limit: WireLimits.directoryLength
        )
      )
    }
    guard offset <= UInt64(start), offset + count == UInt64(start),
      offset >= UInt64(SnapshotLayout.headerLength)
    else { throw fault(.damagedDirectory("it lies at \(offset), \(count) bytes long")) }
    self.file = file
    fileLength = length
    directoryRange = Int(offset)..<start
    directoryChecksum = bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
    epoch = Epoch(bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
  }

  /// Reads the directory, the bytes at `directoryRange`; O(bytes).
  package func directory(
    _ bytes: UnsafeRawBufferPointer
  ) throws(SnapshotFault) -> SnapshotDirectory {
    func fault(_ reason: SnapshotFault.Reason) -> SnapshotFault {
      SnapshotFault(reason, file: file, offset: directoryRange.lowerBound)
    }
    guard bytes.count == directoryRange.count else { throw fault(.truncated(count: bytes.count)) }
    guard FrameLayout.plainChecksum(bytes) == directoryChecksum else { throw fault(.badChecksum) }
    let directory: SnapshotDirectory
    do throws(SnapshotFault.Reason) {
      directory = try SnapshotDirectory(bytes)
    } catch {
      throw fault(error)
    }
    for entry in directory.entries {
      for piece in entry.pieces {
        let end = piece.offset + piece.length
        guard end <= directory.files[piece.file].length else {
          throw fault(.damagedDirectory("\(entry.address) ends at \(end) of its file"))
        }
      }
    }
    return directory
  }

  /// Bytes of the header at the beginning of a file, from its first 56.
  package static func headerLength(
    _ bytes: UnsafeRawBufferPointer,
    file: String
  ) throws(SnapshotFault) -> Int {
    func fault(_ reason: SnapshotFault.Reason) -> SnapshotFault {
      SnapshotFault(reason, file: file, offset: 0)
    }
    guard bytes.count >= SnapshotLayout.headerLength else {
      throw fault(.truncated(count: bytes.count))
    }
    let magic = bytes.loadUnaligned(as: UInt32.self)
    guard magic == SnapshotLayout.magic else { throw fault(.badMagic(magic)) }
    let version = bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
    guard version == SnapshotLayout.version else {
      throw fault(.unsupportedVersion(Int(version)))
    }
    let count = Int(bytes.loadUnaligned(fromByteOffset: 28, as: UInt32.self))
    guard count <= WireLimits.descriptionLength else {
      throw fault(
        .overLimit("length of the description", value: count, limit: WireLimits.descriptionLength)
      )
    }
    return SnapshotLayout.headerLength + count
  }

  /// The description in a whole header.
  package static func description(
    _ bytes: UnsafeRawBufferPointer,
    file: String
  ) throws(SnapshotFault) -> StateDescription {
    let length = try headerLength(bytes, file: file)
    func fault(_ reason: SnapshotFault.Reason) -> SnapshotFault {
      SnapshotFault(reason, file: file, offset: 0)
    }
    guard bytes.count == length else { throw fault(.truncated(count: bytes.count)) }
    guard SnapshotLayout.isSealed(bytes) else { throw fault(.badChecksum) }
    let text = bytes[SnapshotLayout.headerLength...]
    guard let description = StateDescription(text: String(decoding: text, as: UTF8.self)) else {
      throw fault(.otherState("its description cannot be read"))
    }
    return description
  }

  /// Throws if a header describes another state than the one into which it shall be restored.
  package static func check(
    _ bytes: UnsafeRawBufferPointer,
    file: String,
    is expected: StateDescription
  ) throws(SnapshotFault) {
    let stored = try description(bytes, file: file)
    if let difference = expected.difference(from: stored) {
      throw SnapshotFault(.otherState(difference), file: file, offset: 0)
    }
  }
}
