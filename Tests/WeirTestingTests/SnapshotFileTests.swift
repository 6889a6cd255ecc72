import CChecksum
import Testing
import WeirColumns
import WeirCore
import WeirTesting
import WeirWire

/// Snapshot files: their bytes, and what becomes of damaged ones.
@Suite struct SnapshotFileTests {
  private static let description = StateDescription([
    .init("format", "1"), .init("stage", "declines"), .init("key", "card string"),
  ])
  private static let pane = StateTable(.pane, first: -2, last: 7)
  private static let live = [StateTable(.head), StateTable(.keys), pane]

  private static func section(
    _ table: StateTable,
    _ group: Int,
    _ number: Int,
    isWhole: Bool = true,
    _ bytes: [UInt8]
  ) -> StateSection {
    StateSection(
      StateAddress(table, group: group, section: number),
      isWhole: isWhole,
      bytes: bytes
    )
  }

  /// Two epochs: a full one, and one of changes.
  private static func shelf(_ codec: BlockCodec = .refusing) -> SnapshotShelf {
    var shelf = SnapshotShelf(description, codec: codec)
    shelf.begin(live: live, isFull: true)
    shelf.append([
      section(StateTable(.head), 0, 0, [1, 2, 3]),
      section(StateTable(.keys), 3, 0, Array(repeating: 7, count: 400)),
      section(StateTable(.keys), 3, 1, Array(0..<200)),
      section(pane, 3, 0, Array(repeating: 9, count: 300)),
    ])
    shelf.finish()
    shelf.begin(live: live, isFull: false)
    shelf.append([
      section(pane, 3, 0, isWhole: false, [5, 5]), section(StateTable(.head), 0, 0, [4]),
      section(StateTable(.keys), 3, 1, [8]),
    ])
    shelf.finish()
    return shelf
  }

  @Test(arguments: [false, true])
  func `sections come back in the order of addresses, changes behind the whole`(
    isCompressed: Bool
  ) throws {
    let sections = try Self.shelf(isCompressed ? .runs : .refusing).sections()
    #expect(
      sections == [
        Self.section(StateTable(.head), 0, 0, [4]),
        Self.section(StateTable(.keys), 3, 0, Array(repeating: 7, count: 400)),
        Self.section(StateTable(.keys), 3, 1, [8]),
        Self.section(Self.pane, 3, 0, Array(repeating: 9, count: 300)),
        Self.section(Self.pane, 3, 0, isWhole: false, [5, 5]),
      ]
    )
  }

  @Test func `the bytes of a file stay as they are`() throws {
    let bytes = try #require(Self.shelf(.runs).newestFile).bytes
    var text = ""
    for (index, byte) in bytes.enumerated() {
      let digits = String(byte, radix: 16)
      let isEnd = index % 16 == 15 || index == bytes.count - 1
      text += (digits.utf8.count == 1 ? "0" : "") + digits + (isEnd ? "\n" : " ")
    }
    #expect(GoldenFile("snapshot-1.hex").difference(from: text) == nil)
  }

  @Test func `a file of which little is needed is written anew, and tables that are gone are not`()
  {
    var shelf = Self.shelf()
    #expect(shelf.directory.files.map(\.name) == ["1", "2"])
    shelf.begin(live: [StateTable(.head), StateTable(.keys)], isFull: false)
    shelf.append([Self.section(StateTable(.head), 0, 0, [6])])
    shelf.finish()
    // Of epoch 1 only the first keys are left, fewer than half of its bytes.
    #expect(shelf.directory.entries.map(\.address.table.kind) == [.head, .keys, .keys])
    #expect(
      shelf.rewrites == shelf.directory.entries.filter { $0.address.group == 3 }.map(\.address)
    )
  }

  @Test func `another state is refused by the first thing that differs`() throws {
    var other = Self.description
    other.entries[1].value = "rates"
    let newest = try #require(Self.shelf().newestFile)
    let header = try SnapshotShelf.slice(newest.bytes, 0..<56) { bytes throws(SnapshotFault) in
      try SnapshotReader.headerLength(bytes, file: "2")
    }
    #expect(
      throws: SnapshotFault(
        .otherState("stage is 'declines' in the snapshot and 'rates' here"),
        file: "2",
        offset: 0
      )
    ) {
      try SnapshotShelf.slice(newest.bytes, 0..<header) { bytes throws(SnapshotFault) in
        try SnapshotReader.check(bytes, file: "2", is: other)
      }
    }
    #expect(StateDescription(text: Self.description.text) == Self.description)
  }

  /// Reads all that a file itself holds.
  private func read(_ bytes: [UInt8]) throws(SnapshotFault) -> [StateSection] {
    let directory = try SnapshotShelf.directory(bytes, file: "f")
    let header = try SnapshotShelf.slice(bytes, 0..<56) { part throws(SnapshotFault) in
      try SnapshotReader.headerLength(part, file: "f")
    }
    try SnapshotShelf.slice(bytes, 0..<header) { part throws(SnapshotFault) in
      try SnapshotReader.check(part, file: "f", is: Self.description)
    }
    let reader = SectionReader(Self.description, codec: .runs)
    var sections: [StateSection] = []
    for entry in directory.entries {
      for piece in entry.pieces where piece.file == directory.files.count - 1 {
        let range = piece.offset..<piece.offset + piece.length
        sections.append(
          try SnapshotShelf.slice(bytes, range) { part throws(SnapshotFault) in
            try reader.section(part, piece, of: entry.address, file: "f")
          }
        )
      }
    }
    return sections
  }

  @Test func `every changed byte and every shorter file is refused`() throws {
    let good = try #require(Self.shelf(.runs).newestFile).bytes
    let sections = try read(good)
    #expect(sections.count == 3)
    for index in good.indices {
      for change: UInt8 in [0x01, 0x80, 0xff] {
        var bad = good
        bad[index] ^= change
        #expect(throws: SnapshotFault.self) { try read(bad) }
      }
    }
    for count in 0..<good.count {
      #expect(throws: SnapshotFault.self) { try read(Array(good[..<count])) }
    }
  }

  @Test func `a damaged section is named with its file and offset`() throws {
    var bad = try #require(Self.shelf().newestFile).bytes
    let directory = try SnapshotShelf.directory(bad, file: "f")
    let entry = try #require(directory.entries.first { $0.address.table.kind == .pane })
    let piece = try #require(entry.pieces.last)
    bad[piece.offset + 57] ^= 1
    #expect(
      throws: SnapshotFault(.badChecksum, file: "f", offset: piece.offset, address: entry.address)
    ) { try read(bad) }
    let error = SnapshotFault(.badChecksum, file: "f", offset: 9, address: entry.address).error
    #expect(
      error.message
        == "reading snapshot 'f' at byte 9 (pane -2 ... 7, key group 3, section 0): "
        + "the checksum is wrong"
    )
  }

  @Test func `no mutation under right checksums brings the reader down`() throws {
    var chance = SeededRandom(seed: 11)
    let good = try #require(Self.shelf(.runs).newestFile).bytes
    let directory = try SnapshotShelf.directory(good, file: "f")
    let own = directory.files.count - 1
    let starts = directory.entries.flatMap { $0.pieces }.filter { $0.file == own }
    var refused = 0
    for _ in 0..<6000 {
      var bytes = good
      for _ in 0...chance.next() % 4 {
        let index = Int(chance.next() % UInt64(bytes.count))
        switch chance.next() % 3 {
        case 0: bytes[index] ^= 1 << UInt8(chance.next() % 8)
        case 1: bytes[index] = UInt8(truncatingIfNeeded: chance.next())
        default: for place in index..<min(index + 4, bytes.count) { bytes[place] = 0xff }
        }
      }
      reseal(&bytes, starts)
      do throws(SnapshotFault) {
        _ = try read(bytes)
      } catch {
        refused += 1
        #expect(!error.error.message.isEmpty)
      }
    }
    #expect(refused > 2000)
  }

  /// Makes all checksums right again.
  private func reseal(_ bytes: inout [UInt8], _ pieces: [SnapshotDirectory.Piece]) {
    func seal(_ range: Range<Int>) {
      for place in 8..<12 { bytes[range.lowerBound + place] = 0 }
      put(Checksum.of(bytes[range]), at: range.lowerBound + 8)
    }
    func put(_ number: UInt32, at offset: Int) {
      for place in 0..<4 {
        bytes[offset + place] = UInt8(truncatingIfNeeded: number >> (place * 8))
      }
    }
    let ends = pieces.map { $0.offset + $0.length }
    guard let first = pieces.map(\.offset).min(), let last = ends.max() else { return }
    seal(0..<first)
    for piece in pieces { seal(piece.offset..<piece.offset + piece.length) }
    let footer = bytes.count - SnapshotReader.footerLength
    put(Checksum.of(bytes[last..<footer]), at: footer + 12)
    seal(footer..<bytes.count)
  }
}

/// The checksum of parts of stored bytes.
private enum Checksum {
  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    Array(bytes).withUnsafeBytes { weir_crc32c_portable(0, $0.baseAddress, $0.count) }
  }
}

extension BlockCodec {
  /// Compresses what is one byte over and over.
  fileprivate static let runs = BlockCodec(
    compress: { source, target in
      guard let first = source.first, source.allSatisfy({ $0 == first }), !target.isEmpty else {
        return 0
      }
      target[0] = first
      target[1] = first
      return 2
    },
    decompress: { source, target in
      guard source.count == 2, source[0] == source[1] else { return nil }
      for place in target.indices { target[place] = source[0] }
      return target.count
    }
  )
}
