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
/// chunk of its own.
final class ByteArena {
  private let owner: UInt64
  private var chunks: [UnsafeMutableRawPointer] = []
  /// The epoch that last wrote each chunk.
  private(set) var epochs: [UInt64] = []
  // The newest released piece of each size; its first 8 bytes refer to the one before.
  private var released = [UInt64](repeating: 0, count: 32)
  private var nextChunkBytes = 1024
  private var current = 0
  private var offset = 0
  private var end = 0
  /// Bytes of all chunks.
  private(set) var reservedBytes = 0

  init(group: Int) { owner = UInt64(group + 1) << 48 }

  deinit {
    for chunk in chunks { chunk.deallocate() }
  }

  /// The group that a reference belongs to.
  @inline(__always)
  static func group(of reference: UInt64) -> Int { Int(reference &>> 48) &- 1 }

  /// Where the bytes lie: valid until they are released.
  @inline(__always)
  func pointer(_ reference: UInt64) -> UnsafeMutableRawPointer {
    chunks[Int(reference &>> 24 & 0xFF_FFFF)] + Int(reference & 0xFF_FFFF) &* 16
  }

  /// Room for `count` bytes, not zeroed, with 16 readable bytes from its start.
  func allocate(_ count: Int, epoch: UInt64) -> UInt64 {
    let size = Self.sizeClass(count)
    let bytes = 16 << size
    let head = released[size]
    if head != 0 {
      released[size] = pointer(head).load(as: UInt64.self)
      epochs[Int(head &>> 24 & 0xFF_FFFF)] = epoch
      return head
    }
    if bytes > ChunkPool.maximumChunkBytes {
      return owner | UInt64(addChunk(bytes, epoch)) << 24
    }
    if offset + bytes > end {
      releaseRest(epoch)
      while nextChunkBytes < bytes { nextChunkBytes *= 2 }
      current = addChunk(nextChunkBytes, epoch)
      offset = 0
      end = nextChunkBytes
      nextChunkBytes = min(nextChunkBytes * 2, ChunkPool.maximumChunkBytes)
    }
    let reference = owner | UInt64(current) << 24 | UInt64(offset / 16)
    offset += bytes
    epochs[current] = epoch
    return reference
  }

  /// Takes back what `allocate(count)` gave.
  func release(_ reference: UInt64, _ count: Int, epoch: UInt64) {
    let size = Self.sizeClass(count)
    pointer(reference).storeBytes(of: released[size], as: UInt64.self)
    released[size] = reference
    epochs[Int(reference &>> 24 & 0xFF_FFFF)] = epoch
  }

  /// Forgets everything but keeps the memory of the ordinary chunks.
  func removeAll() {
    for chunk in chunks { chunk.deallocate() }
    chunks = []
    epochs = []
    for size in released.indices { released[size] = 0 }
    nextChunkBytes = 1024
    offset = 0
    end = 0
    reservedBytes = 0
  }

  private static func sizeClass(_ count: Int) -> Int {
    count <= 16 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount - 4
  }

  // The rest of a chunk is dealt to the lists of its sizes, largest first, so that none is lost.
  private func releaseRest(_ epoch: UInt64) {
    while offset < end {
      var bytes = 16
      while offset + bytes * 2 <= end { bytes *= 2 }
      release(owner | UInt64(current) << 24 | UInt64(offset / 16), bytes, epoch: epoch)
      offset += bytes
    }
  }

  private func addChunk(_ bytes: Int, _ epoch: UInt64) -> Int {
    precondition(chunks.count < 1 << 24, "a key group of more than 2^24 chunks of bytes")
    chunks.append(.allocate(byteCount: bytes + 16, alignment: 16))
    epochs.append(epoch)
    reservedBytes += bytes
    return chunks.count - 1
  }
}

/// The arenas of all key groups of a state, each made when first needed.
final class GroupArenas {
  private var arenas: [ByteArena?]
  /// For results that are put together from several panes and thrown away.
  let scratch: ByteArena
  /// The epoch with which writes are marked.
  var epoch: UInt64 = 0

  /// Bytes of the longest value that was ever kept: no text of a result can be longer.
  private(set) var longest = Cell.longestInline

  /// The group of `scratch`.
  let scratchGroup: Int

  init(keyGroups: Int) {
    arenas = [ByteArena?](repeating: nil, count: keyGroups)
    scratchGroup = keyGroups
    scratch = ByteArena(group: keyGroups)
  }

  /// The arena of a group, made if need be.
  func arena(_ group: Int) -> ByteArena {
    if group == scratchGroup { return scratch }
    if let arena = arenas[group] { return arena }
    let arena = ByteArena(group: group)
    arenas[group] = arena
    return arena
  }

  func pointer(_ reference: UInt64) -> UnsafeMutableRawPointer {
    arena(ByteArena.group(of: reference)).pointer(reference)
  }

  /// The bytes of a cell of the state that lies at `cell`; 16 are readable.
  @inline(__always)
  func bytes(_ cell: UnsafePointer<Cell>) -> UnsafeRawBufferPointer {
    let value = cell.pointee
    let start = value.isLong ? UnsafeRawPointer(pointer(value.low)) : UnsafeRawPointer(cell)
    return UnsafeRawBufferPointer(start: start, count: value.count)
  }

  /// A cell of the state with these bytes, of which 16 are readable.
  func makeCell(_ start: UnsafeRawPointer, _ count: Int, group: Int) -> Cell {
    if count <= Cell.longestInline { return .inline(start, count) }
    let arena = arena(group)
    longest = max(longest, count)
    let reference = arena.allocate(count, epoch: epoch)
    memcpy(arena.pointer(reference), start, count)
    return .long(at: reference, count: count)
  }

  /// Gives the bytes of a cell back.
  func release(_ cell: Cell) {
    guard cell.isLong else { return }
    arena(ByteArena.group(of: cell.low)).release(cell.low, cell.count, epoch: epoch)
  }

  /// Compares by bytes, the shorter first, null last.
  func precedes(_ left: UnsafePointer<Cell>, _ right: UnsafePointer<Cell>) -> Bool {
    compare(left, right) < 0
  }

  /// Negative, zero or positive as `left` comes before, is, or comes after `right`.
  func compare(_ left: UnsafePointer<Cell>, _ right: UnsafePointer<Cell>) -> Int {
    if left.pointee.isNull || right.pointee.isNull {
      return (left.pointee.isNull ? 1 : 0) - (right.pointee.isNull ? 1 : 0)
    }
    return compareBytes(bytes(left), bytes(right))
  }

  /// Bytes of all arenas.
  var reservedBytes: Int {
    arenas.reduce(scratch.reservedBytes) { $0 + ($1?.reservedBytes ?? 0) }
  }
}

/// Negative, zero or positive as `left` comes before, is, or comes after `right`, byte by byte.
func compareBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
  let shared = min(left.count, right.count)
  if shared > 0, let first = left.baseAddress, let second = right.baseAddress {
    let order = memcmp(first, second, shared)
    if order != 0 { return Int(order) }
  }
  return left.count - right.count
}
