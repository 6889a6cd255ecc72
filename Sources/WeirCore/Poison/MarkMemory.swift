/// Where an instance notes what it is working on: a page that may outlive it.
///
///     0  a magic number
///     1  1 + the number of the stage in whose name it works; 0: it works on no rows
///     2  rows
///     3  how many rows of the stage it has seen with these
///     4  fingerprints that follow
///     5  the number of the kind of work
///     6  bytes of text that follow the fingerprints: where the record begins, for people
///     7  where it begins
///     8… fingerprints, text
///
/// Words of 64 bits in the order of the machine: whoever reads them runs on it. A note costs a few
/// stores and no call of the system. One thread at a time.
package final class MarkMemory {
  /// Bytes of the page.
  package static let byteCount = 4096

  private static let magic: UInt64 = 0x5765_6972_4d61_726b
  private static let head = 8
  private static let kinds = WorkKind.allCases
  // Belongs to `owner`, or is freed in `deinit`.
  private let words: UnsafeMutablePointer<UInt64>
  private let owner: AnyObject?

  /// Makes memory that nobody else sees.
  package convenience init() {
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: Self.byteCount / 8)
    self.init(words, ownedBy: nil)
  }

  /// Notes into `byteCount` bytes that `owner` keeps.
  package convenience init(_ words: UnsafeMutablePointer<UInt64>, keeping owner: AnyObject) {
    self.init(words, ownedBy: owner)
  }

  private init(_ words: UnsafeMutablePointer<UInt64>, ownedBy owner: AnyObject?) {
    precondition(
      (Self.head + Limits.markedRows) * 8 <= Self.byteCount,
      "\(Limits.markedRows) fingerprints are more than a page holds"
    )
    self.words = words
    self.owner = owner
    words.update(repeating: 0, count: Self.byteCount / 8)
    words[0] = Self.magic
  }

  deinit {
    if owner == nil { words.deallocate() }
  }

  /// Where fingerprints go before `begin`: room for `Limits.markedRows`.
  var fingerprints: UnsafeMutablePointer<UInt64> { words + Self.head }

  /// Notes that work on rows begins.
  // Not inlined: the stores must be made before the work, whatever the compiler knows of it.
  @inline(never)
  func begin(
    _ stage: StageIndex,
    _ kind: WorkKind,
    rows: Int,
    position: UInt64,
    fingerprints: Int
  ) {
    words[2] = UInt64(rows)
    words[3] = position
    words[4] = UInt64(fingerprints)
    words[5] = UInt64(kind.number)
    words[6] = 0
    words[1] = UInt64(stage) + 1
  }

  /// Notes that work on one record begins, and where it is found; O(bytes of the text).
  @inline(never)
  func begin(
    _ stage: StageIndex,
    record fingerprint: UInt64,
    at place: RecordPlace,
    position: UInt64
  ) {
    words[1] = 0
    fingerprints[0] = fingerprint
    begin(stage, .record, rows: 1, position: position, fingerprints: 1)
    var length = 0
    let text = UnsafeMutableRawPointer(words + Self.head + 1)
    for byte in place.text.utf8.prefix(Self.byteCount - (Self.head + 1) * 8) {
      text.storeBytes(of: byte, toByteOffset: length, as: UInt8.self)
      length += 1
    }
    words[7] = place.offset
    words[6] = UInt64(length)
  }

  /// Notes that it is done.
  @inline(never)
  func end() { words[1] = 0 }

  /// What is noted now; nil: no work.
  package var mark: WorkMark? {
    Self.mark(in: UnsafeRawBufferPointer(start: words, count: Self.byteCount))
  }

  /// What the bytes of a page say; nil if there was no work, or they are none.
  package static func mark(in bytes: UnsafeRawBufferPointer) -> WorkMark? {
    func word(_ index: Int) -> UInt64 {
      bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
    }
    guard bytes.count >= byteCount, word(0) == magic, word(1) > 0,
      let stage = Int(exactly: word(1) - 1), let rows = Int(exactly: word(2)),
      word(4) <= Limits.markedRows, word(5) < kinds.count,
      word(6) <= byteCount - (head + Int(word(4))) * 8
    else { return nil }
    let fingerprints = (0..<Int(word(4))).map { word(head + $0) }
    let start = (head + fingerprints.count) * 8
    let text = String(decoding: bytes[start..<(start + Int(word(6)))], as: UTF8.self)
    return WorkMark(
      stage: stage,
      kind: kinds[Int(word(5))],
      rows: rows,
      position: word(3),
      fingerprints: fingerprints,
      place: text.isEmpty ? nil : RecordPlace(offset: word(7), text: text)
    )
  }
}

extension WorkKind {
  /// Its number on the page.
  fileprivate var number: Int {
    switch self {
    case .row: 0
    case .record: 1
    case .firing: 2
    case .result: 3
    }
  }
}
