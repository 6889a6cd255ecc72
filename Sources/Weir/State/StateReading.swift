import WeirCore
import WeirPOSIX
import WeirWire

/// Reads the keyed state of a snapshot, piece by piece, and believes nothing of it.
final class StateReading {
  private let files: [FileReader]
  private let reader: SectionReader
  /// Which key groups are read; nil: all.
  private let groups: [Bool]?
  private var entry = 0
  private var piece = 0

  /// What the next snapshot builds on.
  let directory: SnapshotDirectory
  /// What it is the state of, as it says itself.
  let description: StateDescription

  /// Opens the files that make a state.
  ///
  /// With a description the state must be of it; with `groups` other key groups are passed over. Throws E101 or E102 for a file that cannot be read,
  /// E515 for one that is damaged or gone, E516 if it is the state of something else.
  init(
    _ reference: StateReference,
    in folder: String,
    of description: StateDescription? = nil,
    groups: [Bool]? = nil,
    codec: BlockCodec
  ) throws(WeirError) {
    self.groups = groups
    let name = reference.file
    let file = try Self.open(name, in: folder)
    let length = Int(try file.size())
    let end = max(length - SnapshotReader.footerLength, 0)
    let footer = try Self.read(file, end..<length) { raw throws(SnapshotFault) in
      try SnapshotReader(footer: raw, file: name, length: length)
    }
    directory = try Self.read(file, footer.directoryRange) { raw throws(SnapshotFault) in
      try footer.directory(raw)
    }
    let header = try Self.read(file, 0..<min(Self.headerStart, length)) {
      raw throws(SnapshotFault) in
      try SnapshotReader.headerLength(raw, file: name)
    }
    let stored = try Self.read(file, 0..<min(header, length)) { raw throws(SnapshotFault) in
      if let description {
        try SnapshotReader.check(raw, file: name, is: description)
      }
      return try SnapshotReader.description(raw, file: name)
    }
    self.description = stored
    reader = SectionReader(stored, codec: codec)
    var files: [FileReader] = []
    for entry in directory.files {
      let other = entry.name == name ? file : try Self.open(entry.name, in: folder)
      let size = Int(try other.size())
      guard size >= entry.length else {
        throw SnapshotFault(.truncated(count: size), file: entry.name, offset: size).error
      }
      files.append(other)
    }
    self.files = files
  }

  private static func open(_ name: String, in folder: String) throws(WeirError) -> FileReader {
    guard try FileReader.identity(of: "\(folder)/\(name)") != nil else {
      throw SnapshotFault(.missing, file: name, offset: 0).error
    }
    return try FileReader("\(folder)/\(name)")
  }

  /// Bytes from which the length of a header can be told.
  private static let headerStart = 56

  /// The next sections, in the order in which they are restored; none at the end.
  ///
  /// Throws E102, E515 or E516. O(bytes).
  func next(maximumBytes: Int) throws(WeirError) -> [StateSection] {
    var sections: [StateSection] = []
    var bytes = 0
    while bytes < maximumBytes, entry < directory.entries.count {
      let current = directory.entries[entry]
      guard piece < current.pieces.count, isRead(current.address) else {
        entry += 1
        piece = 0
        continue
      }
      let place = current.pieces[piece]
      piece += 1
      let name = directory.files[place.file].name
      let range = place.offset..<place.offset + place.length
      let section = try Self.read(files[place.file], range) { raw throws(SnapshotFault) in
        try reader.section(raw, place, of: current.address, file: name)
      }
      bytes += place.length
      sections.append(section)
    }
    return sections
  }

  /// True if a section of that address is wanted; one that cannot be is refused by whoever takes it.
  private func isRead(_ address: StateAddress) -> Bool {
    guard let groups, address.table.kind != .head, groups.indices.contains(address.group) else {
      return true
    }
    return groups[address.group]
  }

  /// Hands out a range of a file, cut off where the file ends.
  private static func read<Part>(
    _ file: FileReader,
    _ range: Range<Int>,
    _ body: (UnsafeRawBufferPointer) throws(SnapshotFault) -> Part
  ) throws(WeirError) -> Part {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 8)
    defer { room.deallocate() }
    let count = try file.read(into: room, at: Int64(range.lowerBound))
    do throws(SnapshotFault) {
      return try body(UnsafeRawBufferPointer(rebasing: room[..<count]))
    } catch {
      throw error.error
    }
  }
}
