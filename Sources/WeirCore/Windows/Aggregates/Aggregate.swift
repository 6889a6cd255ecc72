import WeirColumns

/// The rows of a batch that go to one pane, with their slots.
struct SlotRows {
  // Views of buffers of the operator, valid while it handles the batch.
  var slots: UnsafePointer<UInt32>
  var rows: UnsafePointer<UInt16>
  var count: Int
}

/// The columns of one aggregate in all chunks of a table: what the kernels of `add` work on.
///
/// All chunks that the rows touch are there.
struct Regions {
  // Hoisted from a `ChunkTable` that does not grow meanwhile.
  var pointers: UnsafePointer<UnsafeMutableRawPointer>
  /// The key group of each chunk.
  var groups: UnsafePointer<UInt16>
  var offset: Int
  var shift: Int

  /// The columns in the slot's chunk.
  @inline(__always)
  func base(_ slot: UInt32) -> UnsafeMutableRawPointer {
    pointers[Int(slot) &>> shift] + offset
  }

  /// The slot's place in its chunk.
  @inline(__always)
  func place(_ slot: UInt32) -> Int { Int(slot) & (1 &<< shift &- 1) }

  /// The slot's key group.
  @inline(__always)
  func group(_ slot: UInt32) -> Int { Int(groups[Int(slot) &>> shift]) }
}

/// The columns of one aggregate in one chunk, from one slot on.
struct Region {
  // Points into a chunk that outlives the call.
  var base: UnsafeMutableRawPointer
  var place: Int
  /// Where its bytes lie: a key group, or the group of scratch, which borrows bytes.
  var group: Int
}

/// The state of one aggregate, as columns of a chunk, and its kernels.
///
/// All zero bytes are the state of no value. A kernel is called once per batch and pane, or once per
/// chunk and pane; nothing is dispatched per row.
protocol Aggregate: AnyObject {
  /// True: panes can be taken out of a total again, with nothing lost.
  var isInvertible: Bool { get }
  /// True: cells may refer to bytes of the arenas, and `release` must be called.
  var ownsBytes: Bool { get }
  /// Bytes a slot of each of its columns, which follow one another in a chunk.
  var columnWidths: [Int] { get }

  /// Adds the argument's values, none of which is null, by row.
  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)

  /// Adds the states of `count` slots to those of another chunk.
  func merge(_ source: Region, into target: Region, count: Int)

  /// Takes the states of `count` slots out of those of another chunk; only if invertible.
  func subtract(_ source: Region, from target: Region, count: Int)

  /// Bytes a slot of each of its columns in a pane: as in `columnWidths`, unless most numbers fit less.
  var narrowWidths: [Int] { get }

  /// Bytes a slot of each column that holds what does not fit the narrow ones.
  var carryWidths: [Int] { get }

  /// Adds the argument's values, none of which is null, by row, to narrow columns.
  func addNarrow(
    _ rows: SlotRows,
    _ argument: Column,
    _ times: UnsafePointer<Int64>,
    _ regions: Regions,
    _ carries: Carries
  )

  /// Adds the narrow states of `count` slots, with their carries if they have any, to whole ones.
  func widen(_ source: Region, _ carries: Region?, into target: Region, count: Int)

  /// Adds whole states, which follow one another from the place of `source` on, to the narrow columns
  /// of the rows' slots.
  func mergeNarrow(_ source: Region, _ rows: SlotRows, _ regions: Regions, _ carries: Carries)

  /// Takes the narrow states of `count` slots out of whole ones; only if invertible.
  func takeOut(_ source: Region, _ carries: Region?, of target: Region, count: Int)

  /// Empties the states of `count` slots and gives their bytes back.
  func release(_ region: Region, count: Int)

  /// Claims the bytes of `count` restored slots; false if what they hold is no state.
  func claim(_ region: Region, count: Int, _ claims: ArenaClaims) -> Bool

  /// Appends the results of the slots at `places` of a chunk behind the first `used` rows.
  ///
  /// Returns the position whose result does not fit its type, or nil. There is room for the rows.
  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int?

  /// Appends the state of one slot as bytes that `decode` reads.
  func encode(_ region: Region, into bytes: inout [UInt8])

  /// Adds an encoded state to that of one slot.
  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError)
}

extension Aggregate {
  func claim(_ region: Region, count: Int, _ claims: ArenaClaims) -> Bool { true }

  var narrowWidths: [Int] { columnWidths }
  var carryWidths: [Int] { [] }

  func addNarrow(
    _ rows: SlotRows,
    _ argument: Column,
    _ times: UnsafePointer<Int64>,
    _ regions: Regions,
    _ carries: Carries
  ) {
    add(rows, argument, times, regions)
  }

  func widen(_ source: Region, _ carries: Region?, into target: Region, count: Int) {
    merge(source, into: target, count: count)
  }

  func mergeNarrow(_ source: Region, _ rows: SlotRows, _ regions: Regions, _ carries: Carries) {
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      merge(
        Region(base: source.base, place: source.place + position, group: source.group),
        into: Region(
          base: regions.base(slot),
          place: regions.place(slot),
          group: regions.group(slot)
        ),
        count: 1
      )
    }
  }

  func takeOut(_ source: Region, _ carries: Region?, of target: Region, count: Int) {
    subtract(source, from: target, count: count)
  }
}

extension Column {
  /// Sets the marks of appended rows: null where `isNull` says so.
  @inline(__always)
  func markNulls(used: Int, count: Int, _ isNull: (Int) -> Bool) {
    var any = false
    for position in 0..<count where isNull(position) {
      any = true
      break
    }
    guard any || hasMarks else { return }
    beginMarks(rows: used)
    for position in 0..<count {
      marks[used + position] = isNull(position) ? RowMark.null.rawValue : RowMark.value.rawValue
    }
  }
}
