import Glibc

/// A column of a chunk: `width` bytes a slot, from `offset` on.
struct ChunkColumn: Hashable {
  var offset: Int
  var width: Int
}

/// Columns by slot, in chunks: a chunk holds some columns of `1 << shift` slots of one key group.
///
/// Chunks are reached through a table of pointers, so nothing is copied when state grows; a chunk
/// that was never written is not there. Chunk 0 belongs to no key group: slot 0 means "no slot".
/// A table that goes into snapshots says which of its columns do, and notes which slots change.
final class ChunkTable {
  let pool: ChunkPool
  let shift: Int
  /// The columns that snapshots hold; none: the table goes into none.
  let columns: [ChunkColumn]
  /// Bytes of a slot in these columns.
  let rowBytes: Int
  private(set) var capacity = 0
  // By chunk number; raw, because kernels hoist it. Grown only between kernels, freed in `deinit`.
  private(set) var pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private(set) var changes = ChangedSlots()
  let aside: AsideSlots
  /// Something has changed since the last mark.
  private(set) var isTouched = false
  /// Something of the marked snapshot may wait to be written.
  private(set) var isMarked = false
  /// By number of the first chunk of a section: snapshots hold all of the section but its changes.
  private var isBased: [Bool] = []

  init(_ pool: ChunkPool, shift: Int, columns: [ChunkColumn] = []) {
    self.pool = pool
    self.shift = shift
    self.columns = columns
    rowBytes = columns.reduce(0) { $0 + $1.width }
    aside = AsideSlots(rowBytes: rowBytes)
    pointers = .allocate(capacity: 0)
  }

  deinit {
    for chunk in 0..<capacity {
      if let block = pointers[chunk] { pool.give(block) }
    }
    pointers.deallocate()
    changes.deallocate()
  }

  private var isTracked: Bool { !columns.isEmpty }

  /// The pointers, for kernels that reach only chunks that are there.
  // An optional pointer lies in memory as the pointer does.
  var present: UnsafePointer<UnsafeMutableRawPointer> {
    UnsafeRawPointer(pointers).assumingMemoryBound(to: UnsafeMutableRawPointer.self)
  }

  /// Makes the table reach `chunks` chunks; O(chunks) when it grows.
  func reserve(_ chunks: Int) {
    guard chunks > capacity else { return }
    let grown = max(chunks, capacity * 2, 16)
    let larger = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: grown)
    larger.initialize(from: pointers, count: capacity)
    (larger + capacity).initialize(repeating: nil, count: grown - capacity)
    pointers.deallocate()
    pointers = larger
    capacity = grown
    if isTracked { changes.reserve(grown << shift) }
  }

  /// The chunk, if it is there.
  @inline(__always)
  func chunk(_ number: Int) -> UnsafeMutableRawPointer? {
    number < capacity ? pointers[number] : nil
  }

  /// The chunk, made if it is not there.
  func make(_ number: Int) -> UnsafeMutableRawPointer {
    reserve(number + 1)
    if let block = pointers[number] { return block }
    let block = pool.take()
    pointers[number] = block
    return block
  }

  /// Gives a chunk back, if it is there; no snapshot may build on what there was before.
  func forget(_ number: Int) {
    precondition(!isMarked, "a chunk goes that is being written")
    guard let block = chunk(number) else { return }
    pool.give(block)
    pointers[number] = nil
  }

  // MARK: Changes

  /// Notes that the owner's kernel sets current bits.
  func noteTouched() { isTouched = true }

  /// The chunk of a slot that is about to change: made if it is not there.
  func touch(_ slot: UInt32) -> UnsafeMutableRawPointer {
    let number = Int(slot) >> shift
    let chunk = make(number)
    guard isTracked else { return chunk }
    if isMarked, changes.isPending(Int(slot)) { copyAside(Int(slot), chunk) }
    changes.set(Int(slot))
    isTouched = true
    return chunk
  }

  /// Prepares the slots that rows go to for being changed.
  func touch(_ rows: SlotRows, chunkCount: Int) {
    reserve(chunkCount)
    for position in 0..<rows.count where pointers[Int(rows.slots[position]) &>> shift] == nil {
      _ = make(Int(rows.slots[position]) >> shift)
    }
    guard isTracked else { return }
    setAside(rows)
    isTouched = true
    changes.set(rows.slots, rows.count)
  }

  /// Copies those slots of rows aside that wait to be written.
  func setAside(_ rows: SlotRows) {
    guard isMarked else { return }
    let changes = changes
    let end = changes.words << 6
    for position in 0..<rows.count {
      let slot = Int(rows.slots[position])
      guard slot < end, changes.isPending(slot), let chunk = pointers[slot &>> shift] else {
        continue
      }
      copyAside(slot, chunk)
    }
  }

  /// Copies all slots of a chunk aside that wait to be written.
  func setAside(chunk number: Int) {
    guard isMarked, let chunk = chunk(number) else { return }
    let slots = number << shift..<(number + 1) << shift
    guard changes.hasPending(slots) else { return }
    for slot in slots where changes.isPending(slot) { copyAside(slot, chunk) }
  }

  private func copyAside(_ slot: Int, _ chunk: UnsafeMutableRawPointer) {
    let place = slot & (1 << shift - 1)
    var target = aside.append(chunk: slot >> shift, place: place)
    for column in columns {
      memcpy(target, chunk + column.offset + place * column.width, column.width)
      target += column.width
    }
    changes.clearPending(slot)
  }

  // MARK: Snapshots

  /// What has changed since the last mark now waits to be written; O(1), but for `isFull`.
  func mark(isFull: Bool) {
    precondition(!isMarked, "a table is marked that has not been written")
    if isFull {
      changes.clearCurrent()
      for number in 1..<max(capacity, 1) where pointers[number] != nil {
        changes.setPending(number << shift..<(number + 1) << shift)
      }
      for place in isBased.indices { isBased[place] = false }
      isMarked = true
    } else if isTouched {
      changes.swapSets()
      isMarked = true
    }
    isTouched = false
  }

  /// Lets all of a section wait, so that it is written whole.
  func rewrite(_ chunks: ArraySlice<UInt32>) {
    guard let first = chunks.first else { return }
    setBased(Int(first), false)
    for number in chunks where chunk(Int(number)) != nil {
      changes.setPending(Int(number) << shift..<(Int(number) + 1) << shift)
    }
    isMarked = true
  }

  /// All that waited is written, or is not going to be.
  func endSnapshot() {
    guard isMarked else { return }
    isMarked = false
    aside.removeAll()
  }

  /// Forgets what waits to be written.
  func abandonSnapshot() {
    if isMarked { changes.clearPending() }
    endSnapshot()
  }

  func isBased(_ chunk: Int) -> Bool { chunk < isBased.count && isBased[chunk] }

  func setBased(_ chunk: Int, _ value: Bool) {
    if chunk >= isBased.count {
      guard value else { return }
      isBased.append(
        contentsOf: repeatElement(false, count: max(chunk + 1, capacity) - isBased.count)
      )
    }
    isBased[chunk] = value
  }

  /// Bytes of the pointers, marks and copies.
  var directoryBytes: Int { capacity * 8 + changes.words * 16 + aside.reservedBytes }
}
