import WeirColumns
import WeirCore

/// Reads sections of snapshot files of one state; belongs to one thread.
package struct SectionReader {
  private let codec: BlockCodec
  private let fingerprint: UInt64

  package init(_ description: StateDescription, codec: BlockCodec) {
    fingerprint = description.fingerprint
    self.codec = codec
  }

  /// Reads a piece of a directory, the bytes at its range of its file; O(bytes).
  package func section(
    _ bytes: UnsafeRawBufferPointer,
    _ piece: SnapshotDirectory.Piece,
    of address: StateAddress,
    file: String
  ) throws(SnapshotFault) -> StateSection {
    do throws(SnapshotFault.Reason) {
      let section = try read(bytes)
      guard section.address == address, bytes.count == piece.length else {
        throw SnapshotFault.Reason.otherSection
      }
      return section
    } catch {
      throw SnapshotFault(error, file: file, offset: piece.offset, address: address)
    }
  }

  private func read(_ bytes: UnsafeRawBufferPointer) throws(SnapshotFault.Reason) -> StateSection {
    guard bytes.count >= SnapshotLayout.sectionLength else {
      throw .truncated(count: bytes.count)
    }
    func get<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Number {
      bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
    }
    let magic: UInt32 = get(0)
    guard magic == SnapshotLayout.sectionMagic else { throw .badMagic(magic) }
    let encoded = Int(get(20) as UInt32)
    let decoded = Int(get(24) as UInt32)
    guard encoded == bytes.count - SnapshotLayout.sectionLength else {
      throw .truncated(count: bytes.count)
    }
    guard decoded <= WireLimits.sectionLength else {
      throw .overLimit("decoded length", value: decoded, limit: WireLimits.sectionLength)
    }
    guard SnapshotLayout.isSealed(bytes) else { throw .badChecksum }
    let kindByte: UInt8 = get(4)
    guard let kind = StateTable.Kind(rawValue: kindByte) else { throw .unknownKind(kindByte) }
    let flags: UInt8 = get(5)
    guard flags <= 1 else { throw .unknownFlags(flags) }
    let version: UInt8 = get(7)
    guard version == SnapshotLayout.bodyVersion else { throw .unsupportedVersion(Int(version)) }
    let hash: UInt32 = get(28)
    guard hash == KeyHash.version else {
      throw .otherState("its keys are hashed by version \(hash)")
    }
    let stored: UInt64 = get(48)
    guard stored == fingerprint else { throw .otherState("the fingerprint is \(stored)") }
    let table = StateTable(kind, first: get(32), last: get(40))
    let address = StateAddress(
      table,
      group: Int(get(12) as UInt32),
      section: Int(get(16) as UInt32)
    )
    let body = UnsafeRawBufferPointer(rebasing: bytes[SnapshotLayout.sectionLength...])
    return StateSection(
      address,
      isWhole: flags & 1 == 1,
      bytes: try decode(body, tag: get(6), length: decoded)
    )
  }

  private func decode(
    _ body: UnsafeRawBufferPointer,
    tag: UInt8,
    length: Int
  ) throws(SnapshotFault.Reason) -> [UInt8] {
    guard let tag = CodecTag(rawValue: tag) else { throw .unknownCodec(tag) }
    switch tag {
    case .none:
      guard length == body.count else { throw .damagedBlock }
      return Array(body)
    case .lz4:
      guard length <= body.count * WireLimits.blockRatio else { throw .damagedBlock }
      var isDecoded = false
      let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
        let target = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[..<length]
        )
        isDecoded = codec.decompress(body, target) == length
        count = isDecoded ? length : 0
      }
      guard isDecoded else { throw .damagedBlock }
      return bytes
    }
  }
}
