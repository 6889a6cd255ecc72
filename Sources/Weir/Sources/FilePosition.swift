import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// How far a file was read, and which file it was: the text of a file partition's position.
struct FilePosition: Hashable {
  /// The last name that it was known by.
  var path: String
  var identity: FileIdentity
  /// Bytes that are done with.
  var offset: Int64
  /// Nothing was left to read then; for a file that is not followed: never will be.
  var isAtEnd: Bool
  var place: ReaderPlace
  /// The highest event time that `max_ahead` was held against, in microseconds.
  var highest: Int64?
  var fingerprint: FileFingerprint

  // MARK: Text

  private static let version: UInt64 = 1

  /// The position as text, in the form that `FieldText` draws.
  ///
  /// Numbers: version, offset, flags (1 at the end, 2 at the start, 4 inside a long record, 8 with a
  /// header, 16 with a highest time), head, tail, device, inode, highest time, names of the header.
  /// Texts: the path, the names of the header.
  var text: String {
    let header = place.header ?? []
    var flags: UInt64 = isAtEnd ? 1 : 0
    if place.isAtStart { flags |= 2 }
    if place.isInsideLongRecord { flags |= 4 }
    if place.header != nil { flags |= 8 }
    if highest != nil { flags |= 16 }
    return FieldText.text(
      [
        Self.version, UInt64(offset), flags, UInt64(fingerprint.head), UInt64(fingerprint.tail),
        identity.device, identity.inode, UInt64(bitPattern: highest ?? 0), UInt64(header.count),
      ],
      [path] + header
    )
  }

  init(
    path: String,
    identity: FileIdentity,
    offset: Int64,
    isAtEnd: Bool,
    place: ReaderPlace,
    highest: Int64?,
    fingerprint: FileFingerprint
  ) {
    self.path = path
    self.identity = identity
    self.offset = offset
    self.isAtEnd = isAtEnd
    self.place = place
    self.highest = highest
    self.fingerprint = fingerprint
  }

  /// Reads what `text` wrote; throws E433 for anything else.
  init(_ text: String) throws(WeirError) {
    guard let position = Self.read(text) else {
      throw WeirError(
        "E433",
        "cannot tell where to go on reading",
        detail: "\"\(text)\"",
        hint: "it was written by another version of weir",
        blame: .weir
      )
    }
    self = position
  }

  private static func read(_ text: String) -> FilePosition? {
    var fields = FieldText(text)
    guard fields.number() == version, let offset = fields.number(), let flags = fields.number(),
      let head = fields.number(), let tail = fields.number(), let device = fields.number(),
      let inode = fields.number(), let highest = fields.number(), let count = fields.number(),
      let path = fields.text(), let offset = Int64(exactly: offset),
      let head = UInt32(exactly: head), let tail = UInt32(exactly: tail), flags < 32
    else { return nil }
    var header: [String] = []
    while UInt64(header.count) < count {
      guard let name = fields.text() else { return nil }
      header.append(name)
    }
    guard fields.isAtEnd else { return nil }
    var place = ReaderPlace.start
    place.isAtStart = flags & 2 != 0
    place.isInsideLongRecord = flags & 4 != 0
    place.header = flags & 8 != 0 ? header : nil
    return FilePosition(
      path: path,
      identity: FileIdentity(device: device, inode: inode),
      offset: offset,
      isAtEnd: flags & 1 != 0,
      place: place,
      highest: flags & 16 != 0 ? Int64(bitPattern: highest) : nil,
      fingerprint: FileFingerprint(head: head, tail: tail)
    )
  }

  // MARK: The file again

  /// Whether it is the file that was read.
  ///
  /// A device can have another number after the system was started again; the fingerprint tells
  /// whether it is the same one.
  func isOf(_ other: FileIdentity) -> Bool { identity.inode == other.inode }

  /// Whether the bytes that were read are in a file, as they were; throws E102.
  func isUnchanged(in file: FileReader) throws(WeirError) -> Bool { try extent.isIn(file) }

  /// The bytes that were read.
  var extent: ReadExtents.Extent { ReadExtents.Extent(offset: offset, fingerprint: fingerprint) }

  /// Throws E434 or E435 unless what was read of the file is still there, as it was.
  func check(_ file: FileReader, named path: String) throws(WeirError) {
    guard isOf(file.identity) else { throw Self.replaced(path, "another file has its name") }
    let size = try file.size()
    guard size >= offset, let now = try FileFingerprint(file, before: offset) else {
      throw Self.cut(path, size: size, offset: offset)
    }
    guard now.head == fingerprint.head else {
      throw Self.replaced(path, "its first bytes are not those that were read")
    }
    guard now.tail == fingerprint.tail else {
      throw Self.replaced(path, "the bytes in front of byte \(offset) are not those that were read")
    }
  }

  static func cut(_ path: String, size: Int64, offset: Int64) -> WeirError {
    WeirError(
      "E434",
      "'\(path)' is shorter than what was read of it",
      detail: "\(size) bytes, of which \(offset) had been read",
      hint: "bring back the file as it was, or begin anew with '--fresh'",
      blame: .user
    )
  }

  static func replaced(_ path: String, _ reason: String) -> WeirError {
    WeirError(
      "E435",
      "'\(path)' is not the file that was read",
      detail: reason,
      hint: "bring back the file as it was, or begin anew with '--fresh'",
      blame: .user
    )
  }

  /// The error for a file that is needed and not there.
  static func gone(_ path: String, _ detail: String) -> WeirError {
    WeirError(
      "E436",
      "'\(path)' has gone and has to be read again",
      detail: detail,
      hint: "bring it back into its folder, the same file, or begin anew with '--fresh'",
      blame: .user
    )
  }
}
