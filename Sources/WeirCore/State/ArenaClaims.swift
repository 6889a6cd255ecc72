/// Which bytes of the arenas belong to whom, while a restored state is looked through: what one owns,
/// nobody else may own, or a value that is released would take another's bytes with it.
///
/// Snapshots have checksums, so what does not fit was written so: nothing of it may be trusted all the
/// same, since references become addresses.
final class ArenaClaims {
  private let arenas: GroupArenas
  /// By key group and chunk, a bit for each 16 bytes; made when the first is claimed.
  private var taken: [[[UInt64]]]

  init(_ arenas: GroupArenas) {
    self.arenas = arenas
    taken = Array(repeating: [], count: arenas.arenas.count)
  }

  /// Claims what `allocate(count)` would have given in a key group; false if it cannot be that, or if
  /// some of it is claimed.
  ///
  /// O(count / 1 KiB).
  func claim(_ reference: UInt64, count: Int, group: Int) -> Bool {
    let bytes = ByteArena.pieceBytes(count)
    guard let arena = arenas.arenas[group], arena.contains(reference, count: bytes) else {
      return false
    }
    let (chunk, offset) = ByteArena.place(of: reference)
    return claim(chunk, offset / 16..<(offset + bytes) / 16, group)
  }

  /// Claims what a cell refers to, if it is long; false if it is no cell, or as above.
  func claim(_ cell: Cell, group: Int) -> Bool {
    guard cell.isWellFormed else { return false }
    return !cell.isLong || claim(cell.low, count: cell.count, group: group)
  }

  /// Claims what an arena has not dealt out, or has taken back; false if some of it belongs to
  /// somebody.
  ///
  /// O(pieces).
  func claimFree(of arena: ByteArena, group: Int) -> Bool {
    let head = arena.head
    for (size, newest) in head.released.enumerated() {
      var reference = newest
      // One that comes again in its list is claimed already.
      while reference != 0 {
        guard claim(reference, count: 16 << size, group: group) else { return false }
        reference = arena.pointer(reference).load(as: UInt64.self)
      }
    }
    guard head.offset < head.end else { return true }
    return claim(head.current, head.offset / 16..<head.end / 16, group)
  }

  private func claim(_ chunk: Int, _ units: Range<Int>, _ group: Int) -> Bool {
    if taken[group].isEmpty {
      taken[group] = (arenas.arenas[group]?.head.sizes ?? []).map {
        [UInt64](repeating: 0, count: ($0 / 16 + 63) / 64)
      }
    }
    var unit = units.lowerBound
    while unit < units.upperBound {
      let word = unit / 64
      let last = min(units.upperBound, (word + 1) * 64)
      let ones: UInt64 = last - unit == 64 ? ~0 : 1 << UInt64(last - unit) - 1
      let mask = ones << UInt64(unit % 64)
      guard taken[group][chunk][word] & mask == 0 else { return false }
      taken[group][chunk][word] |= mask
      unit = last
    }
    return true
  }
}
