import WeirCore
import WeirWire

/// Snapshot files in memory, read as an edge reads them: by ranges.
package struct SnapshotShelf {
  private let description: StateDescription
  private var writer: SnapshotWriter
  private var files: [String: [UInt8]] = [:]
  private var open: [UInt8] = []
  private var epoch: UInt64 = 0
  private var newest: String?
  private let codec: BlockCodec

  package init(
    _ description: StateDescription,
    keyGroups: Int = 8,
    codec: BlockCodec = .refusing
  ) {
    self.description = description
    self.codec = codec
    writer = SnapshotWriter(description, keyGroups: keyGroups, codec: codec)
  }

  // MARK: Writing

  package var needsFull: Bool { writer.needsFull }
  package var rewrites: [StateAddress] { writer.rewrites }
  package var directory: SnapshotDirectory { writer.directory }

  package mutating func begin(live: [StateTable], isFull: Bool) {
    epoch += 1
    open = []
    writer.begin(Epoch(epoch), file: "\(epoch)", live: live, isFull: isFull, into: &open)
  }

  package mutating func append(_ sections: [StateSection]) {
    for section in sections { writer.append(section, into: &open) }
  }

  /// Ends the file and removes those that nobody needs.
  package mutating func finish() {
    let summary = writer.finish(into: &open)
    precondition(summary.length == open.count, "\(summary) of \(open.count) bytes")
    files[summary.file] = open
    newest = summary.file
    files = files.filter { summary.files.contains($0.key) }
  }

  package mutating func abandon() { writer.abandon() }

  /// The newest file.
  package var newestFile: (name: String, bytes: [UInt8])? {
    newest.flatMap { name in files[name].map { (name, $0) } }
  }

  /// All bytes that are kept, and those of the newest file.
  package var keptBytes: Int { files.values.reduce(0) { $0 + $1.count } }

  // MARK: Reading

  /// All sections of the newest snapshot, in the order in which they are restored.
  package func sections() throws(SnapshotFault) -> [StateSection] {
    guard let newest, let bytes = files[newest] else { return [] }
    let directory = try Self.directory(bytes, file: newest)
    let reader = SectionReader(description, codec: codec)
    var sections: [StateSection] = []
    for entry in directory.entries {
      for piece in entry.pieces {
        let name = directory.files[piece.file].name
        guard let file = files[name] else {
          throw SnapshotFault(.truncated(count: 0), file: name, offset: 0)
        }
        let range = piece.offset..<piece.offset + piece.length
        sections.append(
          try Self.slice(file, range) { bytes throws(SnapshotFault) in
            try reader.section(bytes, piece, of: entry.address, file: name)
          }
        )
      }
    }
    let header = try Self.slice(bytes, 0..<56) { bytes throws(SnapshotFault) in
      try SnapshotReader.headerLength(bytes, file: newest)
    }
    try Self.slice(bytes, 0..<header) { bytes throws(SnapshotFault) in
      try SnapshotReader.check(bytes, file: newest, is: description)
    }
    return sections
  }

  /// The directory of a file.
  package static func directory(
    _ bytes: [UInt8],
    file: String
  ) throws(SnapshotFault) -> SnapshotDirectory {
    let end = max(bytes.count - SnapshotReader.footerLength, 0)
    let reader = try slice(bytes, end..<bytes.count) { footer throws(SnapshotFault) in
      try SnapshotReader(footer: footer, file: file, length: bytes.count)
    }
    return try slice(bytes, reader.directoryRange) { range throws(SnapshotFault) in
      try reader.directory(range)
    }
  }

  /// Calls with a range of bytes, cut off where they end.
  package static func slice<Part>(
    _ bytes: [UInt8],
    _ range: Range<Int>,
    _ body: (UnsafeRawBufferPointer) throws(SnapshotFault) -> Part
  ) throws(SnapshotFault) -> Part {
    let part = Array(bytes[min(range.lowerBound, bytes.count)..<min(range.upperBound, bytes.count)])
    let result = part.withUnsafeBytes { raw in
      Result { () throws(SnapshotFault) in try body(raw) }
    }
    return try result.get()
  }
}
