import WeirCore
import WeirPOSIX

/// What a source's process remembers of the files that it has found, so that none is lost that no
/// checkpoint knows: one that is renamed out of the pattern after a part of it was read is found
/// again by its inode, by whoever takes the work up.
///
/// ```text
///     found    a line for each file, durable before its first row is read
///              3471627723 31 17 2049 811 12:/in/a.jsonl
///              |          |  |  |    |   +- the path that it was found by
///              |          |  +--+----+- partition, device, inode
///              |          +- bytes of what follows
///              +- their CRC-32C
///     read     how far each was read: see `ReadExtents`
/// ```
///
/// The first line has a number instead: files below it may have been forgotten. There is at most one
/// process of an instance, so nobody else writes here.
final class FollowedFiles {
  private let folder: String
  private let share: FileShare
  /// By partition, ascending.
  private var files: [FollowedFile] = []
  private var forgottenBelow = 0
  /// Nil: what is known is written anew with the next file.
  private var journal: FileWriter?
  private let extents: ReadExtents

  /// Files that are remembered after they have gone, so that a run can go back behind their end.
  static let mostClosed = 4096

  /// Reads what an earlier process has left in the folder, which is made.
  ///
  /// Throws E101, E102, E104, E107, and E439 if it is damaged.
  init(in folder: String, share: FileShare) throws(WeirError) {
    self.folder = folder
    self.share = share
    if !Folder.isFolder(folder) {
      try Folder.create(folder, mode: 0o700)
      var above = folder
      for _ in 0..<3 {
        above = Folder.parent(of: above)
        try Folder.sync(above)
      }
    }
    extents = try ReadExtents(folder + "/read")
    if try FileReader.identity(of: path) != nil { try load() }
  }

  private var path: String { folder + "/found" }

  /// The number that no file has had, nor a higher one.
  var next: Int {
    max(files.last.map { share.ordinal(of: $0.partition) + 1 } ?? 0, nextForgotten)
  }

  private var nextForgotten: Int {
    (forgottenBelow + share.processes - 1 - share.process) / share.processes
  }

  // MARK: Looking

  /// The files from a partition on, ascending.
  ///
  /// Throws E438 if some of them have been forgotten.
  func files(from partition: Int) throws(WeirError) -> [FollowedFile] {
    guard forgottenBelow <= partition else {
      throw WeirError(
        "E438",
        "more files have come and gone since the checkpoint than are remembered",
        detail: "\(Self.mostClosed) are, and files before partition \(forgottenBelow) have been "
          + "forgotten; those from partition \(partition) on are needed",
        hint: "begin anew with '--fresh', and take checkpoints more often",
        blame: .user
      )
    }
    return files.filter { $0.partition.number >= partition }
  }

  /// The file that a partition is; nil if that has been forgotten.
  func file(_ partition: PartitionID) -> FollowedFile? {
    files.first { $0.partition == partition }
  }

  /// What was read of a file, by whichever process; nil if that is not known.
  ///
  /// Throws E102.
  func extent(of partition: PartitionID) throws(WeirError) -> ReadExtents.Extent? {
    try extents.extent(of: share.ordinal(of: partition))
  }

  // MARK: Noting

  /// Makes durable that these files were found, in order; `open` are those that are read.
  ///
  /// When it throws (E101 to E105), none of them was. O(files remembered) now and then.
  func note(_ found: [FollowedFile], open: [PartitionID]) throws(WeirError) {
    guard !found.isEmpty else { return }
    for file in found { try noteRead(Self.nothing, of: file.partition) }
    if files.count + found.count > open.count + 2 * Self.mostClosed { forget(but: open) }
    let before = files.count
    files += found
    do throws(WeirError) {
      if let journal {
        for file in found { try Self.append(file.text, to: journal) }
        try journal.sync()
      } else {
        try rewrite()
      }
    } catch {
      files.removeLast(files.count - before)
      journal = nil
      throw error
    }
  }

  /// Notes how far a file was read; throws E103.
  func noteRead(_ extent: ReadExtents.Extent, of partition: PartitionID) throws(WeirError) {
    try extents.note(extent, of: share.ordinal(of: partition))
  }

  private static let nothing = ReadExtents.Extent(
    offset: 0,
    fingerprint: FileFingerprint(head: 0, tail: 0)
  )

  /// Forgets all files that have gone but for the newest.
  private func forget(but open: [PartitionID]) {
    let kept = Set(open)
    let closed = files.filter { !kept.contains($0.partition) }.dropLast(Self.mostClosed)
    guard let last = closed.last else { return }
    forgottenBelow = max(forgottenBelow, last.partition.number + 1)
    files.removeAll { !kept.contains($0.partition) && $0.partition <= last.partition }
    journal = nil
  }

  /// Writes all that is known anew, in place of what there is.
  private func rewrite() throws(WeirError) {
    let beside = path + ".new"
    // One that a crash has left.
    try Folder.removeTree(beside)
    let file = try FileWriter(creating: beside, mode: 0o600)
    try Self.append(FieldText.text([UInt64(forgottenBelow)], []), to: file)
    for known in files { try Self.append(known.text, to: file) }
    try file.sync()
    try Folder.replace(path, by: beside)
    try Folder.sync(folder)
    journal = file
  }

  private static func append(_ text: String, to file: FileWriter) throws(WeirError) {
    let line = Array("\(checksum(text.utf8)) \(text.utf8.count) \(text)\n".utf8)
    try line.span.withUnsafeBytes { raw throws(WeirError) in try file.append(raw) }
  }

  private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var checksum = Checksum()
    Array(bytes).withUnsafeBytes { checksum.add($0) }
    return checksum.value
  }

  // MARK: Reading

  private func load() throws(WeirError) {
    let bytes = try StateFolder.bytes(path)
    var rest = bytes[...]
    while let text = Self.take(&rest) {
      var fields = FieldText(text)
      if files.isEmpty, let number = fields.number(), fields.isAtEnd {
        guard let number = Int(exactly: number) else { throw damaged() }
        forgottenBelow = number
      } else {
        guard let file = FollowedFile(text) else { throw damaged() }
        files.append(file)
      }
    }
    // A last line that was cut short when the system failed is of a file that was not read.
    while let end = rest.firstIndex(of: 0x0a) {
      rest = rest[(end + 1)...]
      var behind = rest
      guard Self.take(&behind) == nil else { throw damaged() }
    }
  }

  /// The text of the line that the bytes begin with; nil if there is none that is whole.
  private static func take(_ bytes: inout ArraySlice<UInt8>) -> String? {
    let words = bytes.prefix(32).split(
      separator: 0x20,
      maxSplits: 2,
      omittingEmptySubsequences: false
    )
    guard words.count == 3, let sum = UInt32(String(decoding: words[0], as: UTF8.self)),
      let count = Int(String(decoding: words[1], as: UTF8.self)), count >= 0
    else { return nil }
    let content = bytes[words[2].startIndex...].prefix(count)
    guard content.count == count, content.endIndex < bytes.endIndex,
      bytes[content.endIndex] == 0x0a, checksum(content) == sum
    else { return nil }
    bytes = bytes[(content.endIndex + 1)...]
    return String(decoding: content, as: UTF8.self)
  }

  private func damaged() -> WeirError {
    WeirError(
      "E439",
      "the list of files that a source has found, \"\(path)\", is damaged",
      hint: "bring it back from a copy; or remove it: then what no checkpoint knows of files whose "
        + "names match no longer is lost",
      blame: .user
    )
  }
}
