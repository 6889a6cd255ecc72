import Glibc

/// The bytes of one key group that do not fit into cells: long keys, text, sets.
///
/// A reference says where bytes lie:
///
///     bits 48 ..< 64   owner: key group + 1
///     bits 24 ..< 48   chunk
///     bits  0 ..< 24   offset / 16
///
/// Sizes are rounded up to powers of two from 16 bytes; what is released goes to a list of its size
/// and is the first to be used again. Chunks grow from 1 KiB to 64 KiB; a larger piece gets a
/// chunk of its own. Nothing in the bytes depends on the instance: snapshots hold them as they are,
/// in blocks of 64 bytes that are numbered through all chunks.
final class ByteArena {
  /// How the bytes are dealt out: what snapshots hold beside them.
  struct Head {
    /// The newest released piece of each size; its first 8 bytes refer to the one before.
    var released = [UInt64](repeating: 0, count: ByteArena.sizeClasses)
    var nextChunkBytes = 1024
    /// The chunk that pieces are cut from, and the part of it that is left.
    var current = 0
    var offset = 0
    var end = 0
    /// Bytes of each chunk.
    var sizes: [Int] = []
  }

  static let sizeClasses = 32
  static let blockShift = 6
  /// Blocks of a section, as a shift: 64 KiB.
  static let sectionShift = 10

  private let owner: UInt64
  private(set) var head = Head()
  /// As it was at the mark.
  private(set) var markedHead: Head?
  private var chunks: [UnsafeMutableRawPointer] = []
  // The number of the first block of each chunk.
  private(set) var firstBlocks: [Int] = []
  private(set) var blockCount = 0
  /// Bytes of all chunks.
  private(set) var reservedBytes = 0

  /// Blocks that change, unless this is the scratch arena, which goes into no snapshot.
  private(set) var changes = ChangedSlots()
  private let isTracked: Bool
  private(set) var isTouched = false
  private(set) var isMarked = false
  let aside = AsideSlots(rowBytes: 1 << ByteArena.blockShift)
  /// What is being restored.
  private var restoring: Head?
  /// By section: snapshots hold it but for its changes.
  var isBased: [Bool] = []

  init(group: Int, isTracked: Bool = true) {
    owner = UInt64(group + 1) << 48
    self.isTracked = isTracked
  }

  deinit {
    for chunk in chunks { free(chunk) }
    changes.deallocate()
  }

  /// The group that a reference belongs to.
  @inline(__always)
  static func group(of reference: UInt64) -> Int { Int(reference &>> 48) &- 1 }

  /// Where the bytes lie: valid until they are released.
  @inline(__always)
  func pointer(_ reference: UInt64) -> UnsafeMutableRawPointer {
    chunks[Int(reference &>> 24 & 0xFF_FFFF)] + Int(reference & 0xFF_FFFF) &* 16
  }

  /// Whether `count` bytes can lie at a reference; false for references that are not this arena's.
  func contains(_ reference: UInt64, count: Int) -> Bool {
    let chunk = Int(reference >> 24 & 0xFF_FFFF)
    let offset = Int(reference & 0xFF_FFFF) * 16
    return (reference >> 48) << 48 == owner && chunk < head.sizes.count
      && offset + count <= head.sizes[chunk]
  }

  /// Room for `count` bytes, not zeroed, with 16 readable bytes from its start.
  func allocate(_ count: Int) -> UInt64 {
    let size = Self.sizeClass(count)
    let bytes = 16 << size
    let free = head.released[size]
    if free != 0 {
      head.released[size] = pointer(free).load(as: UInt64.self)
      touch(free, bytes)
      return free
    }
    if bytes > ChunkPool.maximumChunkBytes {
      let reference = owner | UInt64(addChunk(bytes)) << 24
      touch(reference, bytes)
      return reference
    }
    if head.offset + bytes > head.end {
      releaseRest()
      while head.nextChunkBytes < bytes { head.nextChunkBytes *= 2 }
      head.current = addChunk(head.nextChunkBytes)
      head.offset = 0
      head.end = head.nextChunkBytes
      head.nextChunkBytes = min(head.nextChunkBytes * 2, ChunkPool.maximumChunkBytes)
    }
    let reference = owner | UInt64(head.current) << 24 | UInt64(head.offset / 16)
    head.offset += bytes
    touch(reference, bytes)
    return reference
  }

  /// Takes back what `allocate(count)` gave.
  func release(_ reference: UInt64, _ count: Int) {
    let size = Self.sizeClass(count)
    touch(reference, 8)
    pointer(reference).storeBytes(of: head.released[size], as: UInt64.self)
    head.released[size] = reference
  }

  /// Forgets everything; only an arena that goes into no snapshot.
  func removeAll() {
    precondition(!isTracked, "the bytes of a key group are forgotten")
    for chunk in chunks { free(chunk) }
    chunks = []
    firstBlocks = []
    blockCount = 0
    head.sizes.removeAll(keepingCapacity: true)
    for size in head.released.indices { head.released[size] = 0 }
    head.nextChunkBytes = 1024
    head.offset = 0
    head.end = 0
    reservedBytes = 0
  }

  /// Bytes of the piece that `allocate(count)` gives.
  static func pieceBytes(_ count: Int) -> Int { 16 << sizeClass(count) }

  /// The chunk of a reference, and where in it the bytes begin.
  static func place(of reference: UInt64) -> (chunk: Int, offset: Int) {
    (Int(reference >> 24 & 0xFF_FFFF), Int(reference & 0xFF_FFFF) * 16)
  }

  private static func sizeClass(_ count: Int) -> Int {
    count <= 16 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount - 4
  }

  // The rest of a chunk is dealt to the lists of its sizes, largest first, so that none is lost.
  private func releaseRest() {
    while head.offset < head.end {
      var bytes = 16
      while head.offset + bytes * 2 <= head.end { bytes *= 2 }
      release(owner | UInt64(head.current) << 24 | UInt64(head.offset / 16), bytes)
      head.offset += bytes
    }
  }

  private func addChunk(_ bytes: Int) -> Int {
    guard let chunk = makeChunk(bytes) else {
      preconditionFailure("no memory for \(bytes) bytes of keys, texts or sets")
    }
    return chunk
  }

  private func makeChunk(_ bytes: Int) -> Int? {
    precondition(chunks.count < 1 << 24, "a key group of more than 2^24 chunks of bytes")
    // Zeroed, so that the same events give the same snapshot; of a large one the system makes only
    // the pages that are used.
    guard let chunk = isTracked ? calloc(1, bytes + 16) : malloc(bytes + 16) else { return nil }
    chunks.append(chunk)
    head.sizes.append(bytes)
    firstBlocks.append(blockCount)
    blockCount += bytes >> Self.blockShift
    reservedBytes += bytes
    if isTracked { changes.reserve(blockCount) }
    return chunks.count - 1
  }

  // MARK: Changes

  /// Notes that `count` bytes, `start` bytes behind a reference, are about to change.
  func touch(_ reference: UInt64, at start: Int = 0, _ count: Int) {
    guard isTracked else { return }
    isTouched = true
    let chunk = Int(reference >> 24 & 0xFF_FFFF)
    let offset = Int(reference & 0xFF_FFFF) * 16 + start
    let first = firstBlocks[chunk]
    for block in first + offset >> Self.blockShift...first + (offset + count - 1) >> Self.blockShift
    {
      if isMarked, changes.isPending(block) {
        let number = block >> Self.sectionShift
        let target = aside.append(chunk: number, place: block & (1 << Self.sectionShift - 1))
        memcpy(target, chunks[chunk] + (block - first) << Self.blockShift, 1 << Self.blockShift)
        changes.clearPending(block)
      }
      changes.set(block)
    }
  }

  /// What has changed since the last mark now waits to be written.
  func mark(isFull: Bool) {
    precondition(!isMarked, "bytes are marked that have not been written")
    guard isFull || isTouched else { return }
    markedHead = head
    if isFull {
      changes.clearCurrent()
      changes.setPending(0..<blockCount)
      for section in isBased.indices { isBased[section] = false }
    } else {
      changes.swapSets()
    }
    isMarked = true
    isTouched = false
  }

  /// Lets all of a section wait, so that it is written whole.
  func rewrite(section: Int) {
    let first = section << Self.sectionShift
    guard first < blockCount else { return }
    if markedHead == nil { markedHead = head }
    if section < isBased.count { isBased[section] = false }
    changes.setPending(first..<min(first + 1 << Self.sectionShift, blockCount))
    isMarked = true
  }

  /// Lets the head be written.
  func rewriteHead() {
    if markedHead == nil { markedHead = head }
    isMarked = true
  }

  /// The head as it was at the mark, once, if it waits to be written.
  func takeMarkedHead() -> Head? {
    defer { markedHead = nil }
    return markedHead
  }

  /// All that waited is written, or is not going to be.
  func endSnapshot(isAbandoned: Bool) {
    guard isMarked else { return }
    if isAbandoned { changes.clearPending() }
    markedHead = nil
    isMarked = false
    aside.removeAll()
  }

  // MARK: Blocks

  /// Where a block lies, and how many lie behind it in the same chunk, itself among them.
  func block(_ number: Int) -> (pointer: UnsafeMutableRawPointer, count: Int) {
    var low = 0
    var high = firstBlocks.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstBlocks[middle] <= number { low = middle } else { high = middle }
    }
    let place = number - firstBlocks[low]
    return (
      chunks[low] + place << Self.blockShift, head.sizes[low] >> Self.blockShift - place
    )
  }

  // MARK: Restoring

  /// Makes an empty arena get the chunks of a stored one, each when its first bytes come: a length
  /// alone makes nothing.
  func restore(_ stored: Head) {
    precondition(chunks.isEmpty, "an arena with bytes is restored")
    restoring = stored
  }

  /// True if there are bytes in it, or are to be.
  var isBegun: Bool { restoring != nil || !chunks.isEmpty }

  /// Makes the chunks for blocks of a section, of which `last` is the last; false if there are none
  /// such, or if chunks before them have not got their bytes.
  func reach(section: Int, last: Int) -> Bool {
    while blockCount <= last {
      guard let stored = restoring, chunks.count < stored.sizes.count else { return false }
      let bytes = stored.sizes[chunks.count]
      // Nobody makes a chunk and writes nothing into it.
      guard blockCount + bytes >> Self.blockShift > section << Self.sectionShift,
        isLastWritten(before: section), makeChunk(bytes) != nil
      else { return false }
    }
    return true
  }

  /// A large chunk is written to its end by whoever asked for it.
  private func isLastWritten(before current: Int) -> Bool {
    guard let last = head.sizes.last, last > ChunkPool.maximumChunkBytes else { return true }
    let section = (blockCount - 1) >> Self.sectionShift
    return section >= current || section < isBased.count && isBased[section]
  }

  /// Ends the restoring; false if chunks have not got their bytes.
  func finishRestore() -> Bool {
    guard let stored = restoring else { return true }
    restoring = nil
    guard chunks.count == stored.sizes.count else { return false }
    head = stored
    return true
  }
}
