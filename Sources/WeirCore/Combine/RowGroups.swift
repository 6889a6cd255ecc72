import Glibc
import WeirColumns

/// Finds which rows of a batch have the same key and pane of time, and numbers them in the order in
/// which they come.
///
/// Rows are told apart by a hash of 64 bits, and then each is compared with the first of its group:
/// two keys of one hash, which hardly ever come, are not grouped at all.
final class RowGroups {
  /// The most groups that there can be.
  static let capacity = 2048
  private static let tableShift = 13

  /// Groups of the rows that were taken last.
  private(set) var count = 0
  /// Rows that were taken, in their order.
  private(set) var taken = 0
  // By position among the rows taken; raw, because kernels hoist them. Grown by `reserve`, freed in
  // `deinit`.
  private(set) var rows: UnsafeMutablePointer<UInt16>
  private(set) var groups: UnsafeMutablePointer<UInt32>
  private var hashes: UnsafeMutablePointer<UInt64>
  private var panes: UnsafeMutablePointer<Int64>
  private var room = 0
  /// The first row of each group.
  let first: UnsafeMutablePointer<UInt16>
  /// The pane of each group.
  let firstPane: UnsafeMutablePointer<Int64>
  private let groupHashes: UnsafeMutablePointer<UInt64>
  /// The rows of each group, then its number among those that are kept.
  private let sizes: UnsafeMutablePointer<UInt32>
  /// Open addressing: the number of the group plus one, 0: none.
  private let table: UnsafeMutablePointer<UInt16>

  init() {
    rows = .allocate(capacity: 0)
    groups = .allocate(capacity: 0)
    hashes = .allocate(capacity: 0)
    panes = .allocate(capacity: 0)
    first = .allocate(capacity: Self.capacity + 32)
    firstPane = .allocate(capacity: Self.capacity)
    groupHashes = .allocate(capacity: Self.capacity)
    sizes = .allocate(capacity: Self.capacity)
    table = .allocate(capacity: 1 << Self.tableShift)
    table.initialize(repeating: 0, count: 1 << Self.tableShift)
  }

  deinit {
    deallocateRows()
    first.deallocate()
    firstPane.deallocate()
    groupHashes.deallocate()
    sizes.deallocate()
    table.deallocate()
  }

  private func deallocateRows() {
    rows.deallocate()
    groups.deallocate()
    hashes.deallocate()
    panes.deallocate()
  }

  private func reserve(_ count: Int) {
    guard count > room else { return }
    deallocateRows()
    rows = .allocate(capacity: count)
    groups = .allocate(capacity: count)
    hashes = .allocate(capacity: count)
    panes = .allocate(capacity: count)
    room = count
  }

  /// Groups the selected rows, and takes those of groups of at least `least` rows.
  ///
  /// Rows that would need more groups than there can be are not taken. False, if two keys have one hash.
  /// O(rows x key columns + bytes of the keys).
  func find(
    _ batch: Batch,
    _ selected: Selection,
    key: [Column],
    _ alignment: WindowAlignment,
    least: Int
  ) -> Bool {
    reserve(selected.count)
    count = 0
    taken = 0
    KeyHash.hash(key, selected, into: hashes)
    let isOnePane = findPanes(batch.times.words, selected, alignment)
    assign(selected, isOnePane)
    table.update(repeating: 0, count: 1 << Self.tableShift)
    if least > 1 { drop(below: least, isOnePane) }
    guard isOnePane || haveOnePaneEach() else { return false }
    return key.allSatisfy { haveOneValueEach($0) }
  }

  /// The panes of the rows, by position; true if they are all the same, and only the first is set.
  private func findPanes(
    _ times: UnsafeMutablePointer<Int64>,
    _ selected: Selection,
    _ alignment: WindowAlignment
  ) -> Bool {
    guard selected.count > 0 else { return true }
    let indices = selected.indices
    var lowest = times[Int(indices[0])]
    var highest = lowest
    for position in 0..<selected.count {
      let time = times[Int(indices[position])]
      lowest = min(lowest, time)
      highest = max(highest, time)
    }
    panes[0] = alignment.pane(lowest)
    guard alignment.pane(highest) != panes[0] else { return true }
    for position in 0..<selected.count {
      panes[position] = alignment.pane(times[Int(indices[position])])
      hashes[position] = KeyHash.mix(
        hashes[position] ^ KeyHash.first,
        UInt64(bitPattern: panes[position]) ^ KeyHash.second
      )
    }
    return false
  }

  private func assign(_ selected: Selection, _ isOnePane: Bool) {
    let (rows, groups, panes, hashes) = (rows, groups, panes, hashes)
    let (table, groupHashes, first, firstPane) = (table, groupHashes, first, firstPane)
    let sizes = sizes
    let indices = selected.indices
    let mask = 1 &<< Self.tableShift &- 1
    let shift = UInt64(64 &- Self.tableShift)
    var (made, kept) = (0, 0)
    for position in 0..<selected.count {
      let hash = hashes[position]
      let row = indices[position]
      var place = Int(truncatingIfNeeded: hash &>> shift)
      var group = 0
      while true {
        group = Int(table[place])
        if group == 0 || groupHashes[group &- 1] == hash { break }
        place = (place &+ 1) & mask
      }
      if group == 0 {
        guard made < Self.capacity else { continue }
        first[made] = row
        firstPane[made] = panes[isOnePane ? 0 : position]
        groupHashes[made] = hash
        sizes[made] = 0
        made &+= 1
        group = made
        table[place] = UInt16(truncatingIfNeeded: made)
      }
      rows[kept] = row
      groups[kept] = UInt32(truncatingIfNeeded: group &- 1)
      sizes[group &- 1] &+= 1
      if !isOnePane { panes[kept] = panes[position] }
      kept &+= 1
    }
    (count, taken) = (made, kept)
  }

  /// Lets go of groups of fewer rows, and numbers the others anew.
  private func drop(below least: Int, _ isOnePane: Bool) {
    let (rows, groups, panes, sizes) = (rows, groups, panes, sizes)
    var large = 0
    for group in 0..<count {
      let isLarge = Int(sizes[group]) >= least
      first[large] = first[group]
      firstPane[large] = firstPane[group]
      sizes[group] = isLarge ? UInt32(truncatingIfNeeded: large) : UInt32.max
      large &+= isLarge ? 1 : 0
    }
    guard large < count else { return }
    var kept = 0
    for position in 0..<taken {
      let number = sizes[Int(groups[position])]
      rows[kept] = rows[position]
      groups[kept] = number
      if !isOnePane { panes[kept] = panes[position] }
      kept &+= number == UInt32.max ? 0 : 1
    }
    (count, taken) = (large, kept)
  }

  // MARK: Are they the same

  private func haveOnePaneEach() -> Bool {
    for position in 0..<taken where panes[position] != firstPane[Int(groups[position])] {
      return false
    }
    return true
  }

  private func haveOneValueEach(_ column: Column) -> Bool {
    if column.hasMarks { return haveOneMarkedValueEach(column) }
    switch column.layout {
    case .byte:
      let flags = column.flags
      return haveOneEach { flags[$0] == flags[$1] }
    case .word where column.type == .float:
      let doubles = column.doubles
      return haveOneEach { Self.same(doubles[$0], doubles[$1]) }
    case .word:
      let words = column.words
      return haveOneEach { words[$0] == words[$1] }
    case .variable:
      let offsets = column.offsets
      let arena = UnsafeRawPointer(column.arena)
      return haveOneEach { row, other in
        let start = Int(offsets[row])
        let otherStart = Int(offsets[other])
        let length = Int(offsets[row &+ 1]) &- start
        return Int(offsets[other &+ 1]) &- otherStart == length
          && Self.same(arena + start, arena + otherStart, length)
      }
    }
  }

  @inline(__always)
  private func haveOneEach(_ areSame: (Int, Int) -> Bool) -> Bool {
    let (rows, groups, first) = (rows, groups, first)
    var areAll = true
    for position in 0..<taken {
      let same = areSame(Int(rows[position]), Int(first[Int(groups[position])]))
      areAll = areAll && same
    }
    return areAll
  }

  // Keys with nulls are rare: one loop serves all layouts.
  private func haveOneMarkedValueEach(_ column: Column) -> Bool {
    haveOneEach { row, other in
      guard column.marks[row] == 0, column.marks[other] == 0 else {
        return column.marks[row] != 0 && column.marks[other] != 0
      }
      switch column.layout {
      case .byte: return column.flags[row] == column.flags[other]
      case .word where column.type == .float:
        return Self.same(column.doubles[row], column.doubles[other])
      case .word: return column.words[row] == column.words[other]
      case .variable:
        return compareBytes(column.rawBytes(at: row), column.rawBytes(at: other)) == 0
      }
    }
  }

  /// As keys: minus zero is zero.
  @inline(__always)
  private static func same(_ value: Double, _ other: Double) -> Bool {
    OrderedWord.of(value) == OrderedWord.of(other)
  }

  /// Texts of a column's arena, behind whose end 16 bytes are readable.
  @inline(__always)
  private static func same(
    _ start: UnsafeRawPointer,
    _ other: UnsafeRawPointer,
    _ count: Int
  ) -> Bool {
    guard count <= Cell.longestInline else { return memcmp(start, other, count) == 0 }
    return Cell.sameBits(.inline(start, count), .inline(other, count))
  }
}
