/// Where an instance notes what it is working on: a page that may outlive it.
///
///     0  a magic number
///     1  1 + the number of the stage in whose name it works; 0: it works on no rows
///     2  rows
///     3  how many rows of the stage it has seen with these
///     4  fingerprints that follow
///     5… fingerprints
///
/// Words of 64 bits in the order of the machine: whoever reads them runs on it. A note costs a few
/// stores and no call of the system. One thread at a time.
package final class MarkMemory {
  /// Bytes of the page.
  package static let byteCount = 4096

  private static let magic: UInt64 = 0x5765_6972_4d61_726b
  private static let head = 5
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
  func begin(_ stage: StageIndex, rows: Int, position: UInt64, fingerprints: Int) {
    words[2] = UInt64(rows)
    words[3] = position
    words[4] = UInt64(fingerprints)
    words[1] = UInt64(stage) + 1
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
      word(4) <= Limits.markedRows
    else { return nil }
    let fingerprints = (0..<Int(word(4))).map { word(head + $0) }
    return WorkMark(stage: stage, rows: rows, position: word(3), fingerprints: fingerprints)
  }
}
