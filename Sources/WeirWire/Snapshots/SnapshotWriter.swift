import WeirColumns
import WeirCore

/// Turns the sections of a state into the bytes of snapshot files, and keeps the directory.
///
/// One writer lives as long as the operator. An epoch is `begin`, `append` for each section, and
/// `finish`, or `abandon`; the bytes are appended to a buffer that the caller empties as it likes.
package struct SnapshotWriter {
  /// What an epoch has written.
  package struct Summary: Hashable, Sendable {
    /// The name of its file.
    package var file: String
    /// Bytes of the file.
    package var length: Int
    /// Bytes of its sections, and of those that stand for all of their address.
    package var sectionBytes: Int
    package var wholeBytes: Int
    /// All files that a restore needs, this one last.
    package var files: [String]
  }

  private let description: StateDescription
  private let fingerprint: UInt64
  private let keyGroups: Int
  private let codec: BlockCodec?
  /// What the last complete epoch left.
  package private(set) var directory: SnapshotDirectory
  /// The next mark must be a full one, because the last file was lost.
  package private(set) var needsFull: Bool

  private struct Open {
    var epoch: Epoch
    var file: String
    var live: [StateTable]
    var isFull: Bool
    var offset = 0
    var added: [(StateAddress, Bool, SnapshotDirectory.Piece)] = []
    var wholeBytes = 0
    var sectionBytes = 0
  }
  private var open: Open?
  private let scratch = ScratchMemory(capacity: 80 << 10)

  /// A writer behind a restored directory, or, without one, for a state without snapshots.
  ///
  /// With a codec, bodies that shrink by an eighth are compressed.
  package init(
    _ description: StateDescription,
    keyGroups: Int,
    codec: BlockCodec?,
    directory: SnapshotDirectory? = nil
  ) {
    self.description = description
    fingerprint = description.fingerprint
    self.keyGroups = keyGroups
    self.codec = codec
    self.directory = directory ?? SnapshotDirectory()
    needsFull = directory == nil
  }

  /// What the mark of the next epoch is told.
  package var rewrites: [StateAddress] { needsFull ? [] : directory.rewrites }

  /// Begins the file of an epoch, whose state consists of those tables.
  package mutating func begin(
    _ epoch: Epoch,
    file: String,
    live: [StateTable],
    isFull: Bool,
    into bytes: inout [UInt8]
  ) {
    precondition(open == nil, "epoch \(epoch.number) begins before the last one ends")
    precondition(isFull || !needsFull, "epoch \(epoch.number) builds on a file that was lost")
    let start = bytes.count
    let text = Array(description.text.utf8)
    bytes.put(SnapshotLayout.magic)
    bytes.put(SnapshotLayout.version)
    bytes.put(UInt16(0))
    bytes.put(UInt32(0))
    bytes.put(UInt32(keyGroups))
    bytes.put(epoch.number)
    bytes.put(KeyHash.version)
    bytes.put(UInt32(text.count))
    bytes.put(fingerprint)
    bytes.put(UInt64(0))
    bytes.put(UInt64(0))
    bytes.append(contentsOf: text)
    SnapshotLayout.seal(&bytes, from: start)
    open = Open(epoch: epoch, file: file, live: live, isFull: isFull, offset: bytes.count - start)
  }

  /// Appends a section; O(bytes).
  package mutating func append(_ section: StateSection, into bytes: inout [UInt8]) {
    guard var current = open else { preconditionFailure("a section of no epoch") }
    open = nil
    let start = bytes.count
    let count = section.bytes.count
    precondition(count <= WireLimits.sectionLength, "a section of \(count) bytes")
    let encoded = compress(section)
    bytes.put(SnapshotLayout.sectionMagic)
    bytes.append(section.address.table.kind.rawValue)
    bytes.append(section.isWhole ? 1 : 0)
    bytes.append((encoded == nil ? CodecTag.none : .lz4).rawValue)
    bytes.append(SnapshotLayout.bodyVersion)
    bytes.put(UInt32(0))
    bytes.put(UInt32(section.address.group))
    bytes.put(UInt32(section.address.section))
    bytes.put(UInt32(encoded ?? count))
    bytes.put(UInt32(count))
    bytes.put(KeyHash.version)
    bytes.put(section.address.table.first)
    bytes.put(section.address.table.last)
    bytes.put(fingerprint)
    if let encoded {
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: scratch.bytes, count: encoded))
    } else {
      bytes.append(contentsOf: section.bytes)
    }
    SnapshotLayout.seal(&bytes, from: start)
    let length = bytes.count - start
    let piece = SnapshotDirectory.Piece(file: 0, offset: current.offset, length: length)
    current.added.append((section.address, section.isWhole, piece))
    current.offset += length
    current.sectionBytes += length
    if section.isWhole { current.wholeBytes += length }
    open = current
  }

  /// Compresses into the scratch memory; nil if it does not pay.
  private func compress(_ section: StateSection) -> Int? {
    let count = section.bytes.count
    guard let codec, count >= 64 else { return nil }
    let room = CompressionTrial.room(for: count)
    scratch.reserve(room)
    let written = section.bytes.withUnsafeBytes {
      codec.compress($0, UnsafeMutableRawBufferPointer(start: scratch.bytes, count: room))
    }
    return written > 0 ? written : nil
  }

  /// Ends the file: the directory and the footer; O(entries).
  ///
  /// The directory is the writer's from now on, so the file must be known to be written, or
  /// `abandon` be called.
  package mutating func finish(into bytes: inout [UInt8]) -> Summary {
    guard let current = open else { preconditionFailure("the end of no epoch") }
    open = nil
    var next = current.isFull ? SnapshotDirectory() : directory
    let place = next.files.count
    next.files.append(SnapshotDirectory.File(name: current.file, length: current.offset))
    next.add(
      current.added.map { address, isWhole, piece in
        (
          address, isWhole,
          SnapshotDirectory.Piece(file: place, offset: piece.offset, length: piece.length)
        )
      },
      live: current.live
    )
    let encoded = next.encoded
    bytes.append(contentsOf: encoded)
    let start = bytes.count
    bytes.put(SnapshotLayout.footerMagic)
    bytes.put(SnapshotLayout.version)
    bytes.put(UInt16(0))
    bytes.put(UInt32(0))
    bytes.put(encoded.withUnsafeBytes { FrameLayout.plainChecksum($0) })
    bytes.put(UInt64(current.offset))
    bytes.put(UInt64(encoded.count))
    bytes.put(current.epoch.number)
    SnapshotLayout.seal(&bytes, from: start)
    directory = next
    needsFull = false
    return Summary(
      file: current.file,
      length: current.offset + encoded.count + SnapshotLayout.footerLength,
      sectionBytes: current.sectionBytes,
      wholeBytes: current.wholeBytes,
      files: next.files.map(\.name)
    )
  }

  /// Forgets the epoch, or the last one that was finished, whose file could not be written: the
  /// next one is full.
  package mutating func abandon() {
    open = nil
    needsFull = true
  }
}
