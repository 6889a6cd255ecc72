import Glibc

/// The arenas of all key groups of a state, each made when first needed.
final class GroupArenas {
  private(set) var arenas: [ByteArena?]
  /// For results that are put together from several panes and thrown away.
  let scratch: ByteArena

  /// Bytes of the longest value that was ever kept: no text of a result can be longer.
  private(set) var longest = Cell.longestInline

  /// The group of `scratch`.
  let scratchGroup: Int

  init(keyGroups: Int) {
    arenas = [ByteArena?](repeating: nil, count: keyGroups)
    scratchGroup = keyGroups
    scratch = ByteArena(group: keyGroups, isTracked: false)
  }

  /// The arena of a group, made if need be.
  func arena(_ group: Int) -> ByteArena {
    if group == scratchGroup { return scratch }
    if let arena = arenas[group] { return arena }
    let arena = ByteArena(group: group)
    arenas[group] = arena
    return arena
  }

  /// Frees the arena of a group.
  func forget(_ group: Int) { arenas[group] = nil }

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
    let reference = arena.allocate(count)
    memcpy(arena.pointer(reference), start, count)
    return .long(at: reference, count: count)
  }

  /// Makes the empty arena of a group have the chunks of a stored one.
  func restore(_ stored: ByteArena.Head, _ group: Int) {
    // No value is longer than the chunk it lies in.
    for bytes in stored.sizes { longest = max(longest, bytes) }
    arena(group).restore(stored)
  }

  /// Gives the bytes of a cell back.
  func release(_ cell: Cell) {
    guard cell.isLong else { return }
    arena(ByteArena.group(of: cell.low)).release(cell.low, cell.count)
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
