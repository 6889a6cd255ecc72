import WeirCore

extension SnapshotDirectory {
  /// The bytes that `init(_:)` reads; see `SnapshotLayout`.
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.put(SnapshotLayout.directoryMagic)
    bytes.put(UInt32(files.count))
    bytes.put(UInt32(entries.count))
    bytes.put(UInt32(0))
    for file in files {
      bytes.put(UInt64(file.length))
      bytes.put(UInt16(file.name.utf8.count))
      bytes.append(contentsOf: file.name.utf8)
    }
    for entry in entries {
      bytes.append(entry.address.table.kind.rawValue)
      bytes.append(0)
      bytes.put(UInt16(entry.pieces.count))
      bytes.put(UInt32(entry.address.group))
      bytes.put(UInt32(entry.address.section))
      if entry.address.table.kind.hasWindows {
        bytes.put(entry.address.table.first)
        bytes.put(entry.address.table.last)
      }
      for piece in entry.pieces {
        bytes.put(UInt32(piece.file))
        bytes.put(UInt32(piece.length))
        bytes.put(UInt64(piece.offset))
      }
    }
    return bytes
  }

  /// Reads a directory whose checksum has been verified; O(bytes).
  ///
  /// Takes memory by what has been read, never by what is claimed.
  init(_ bytes: UnsafeRawBufferPointer) throws(SnapshotFault.Reason) {
    var reader = SnapshotBytes(bytes)
    let magic: UInt32 = try reader.number()
    guard magic == SnapshotLayout.directoryMagic else { throw .badMagic(magic) }
    let fileCount: UInt32 = try reader.number()
    let entryCount: UInt32 = try reader.number()
    _ = try reader.take(4)
    for _ in 0..<fileCount {
      let length = try reader.length()
      let nameLength: UInt16 = try reader.number()
      let name = String(decoding: try reader.take(Int(nameLength)), as: UTF8.self)
      files.append(File(name: name, length: length))
    }
    for _ in 0..<entryCount {
      let entry = try Self.entry(&reader, files.count)
      if let last = entries.last, last.address >= entry.address {
        throw .damagedDirectory("\(entry.address) comes behind \(last.address)")
      }
      entries.append(entry)
    }
    guard reader.left == 0 else { throw .damagedDirectory("bytes are left over") }
  }

  private static func entry(
    _ reader: inout SnapshotBytes,
    _ fileCount: Int
  ) throws(SnapshotFault.Reason) -> Entry {
    let kindByte: UInt8 = try reader.number()
    guard let kind = StateTable.Kind(rawValue: kindByte) else { throw .unknownKind(kindByte) }
    _ = try reader.take(1)
    let pieceCount: UInt16 = try reader.number()
    let group: UInt32 = try reader.number()
    let section: UInt32 = try reader.number()
    var table = StateTable(kind)
    if kind.hasWindows {
      table.first = try reader.number()
      table.last = try reader.number()
    }
    let address = StateAddress(table, group: Int(group), section: Int(section))
    guard pieceCount > 0 else { throw .damagedDirectory("\(address) has no piece") }
    var pieces: [Piece] = []
    for _ in 0..<pieceCount {
      let file: UInt32 = try reader.number()
      let length: UInt32 = try reader.number()
      let offset = try reader.length()
      guard Int(file) < fileCount, Int(length) >= SnapshotLayout.sectionLength,
        Int(length) <= WireLimits.sectionLength + SnapshotLayout.sectionLength
      else { throw .damagedDirectory("\(address) has \(length) bytes in file \(file)") }
      pieces.append(Piece(file: Int(file), offset: offset, length: Int(length)))
    }
    return Entry(address: address, pieces: pieces)
  }
}

/// Reads parts of a snapshot from front to back and never past their end.
struct SnapshotBytes {
  // Owned by the caller, who keeps it for the life of this reader.
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var left: Int { bytes.count - offset }

  mutating func take(_ count: Int) throws(SnapshotFault.Reason) -> UnsafeRawBufferPointer {
    guard count <= left else { throw .truncated(count: bytes.count) }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>()
    throws(SnapshotFault.Reason) -> Number
  {
    try take(MemoryLayout<Number>.size).loadUnaligned(as: Number.self)
  }

  /// An offset or a length of 64 bits that an `Int` holds.
  mutating func length() throws(SnapshotFault.Reason) -> Int {
    let value: UInt64 = try number()
    guard let length = Int(exactly: value), length < 1 << 62 else {
      throw .damagedDirectory("an offset of \(value)")
    }
    return length
  }
}
