/// The sessions of all keys, as chunks by slot; the sessions of a key are linked by time.
///
/// For n slots of a chunk, behind the columns of the aggregates:
///
///     n x Int64    start: the event time of the first row
///     n x Int64    last: the event time of the last row
///     n x Int64    reach: the earliest time of a row that joins the session, if it is `narrow`;
///                  else that is a gap before the start, and nothing is read or written here
///     n x Int64    timer: the bucket of `SessionTimers` that holds the session
///     n x UInt32   the slot of the key; 0: the slot is free
///     n x UInt32   the key's next session, or 0; of a free slot: the next free slot;
///                  of a session merged away within the batch: where to
///     n x UInt32   `SessionFlags`
///
/// Snapshots hold neither timers nor links, which follow from the times, and of a key its number in
/// its key group plus 1.
final class SessionTable {
  /// Bytes of the session's own columns.
  static let ownBytes = 44

  let chunks: ChunkTable
  let slots: SlotAllocator
  private let ownOffset: Int
  private let chunkSlots: Int
  /// The first session of each key, by the key's slot: n x UInt32.
  private let heads: ChunkTable
  var count = 0

  init(_ aggregates: AggregateSet, keyGroups: Int, shift: Int) {
    let slotCount = 1 << shift
    let own = aggregates.ownOffset
    chunks = ChunkTable(
      ChunkPool(chunkBytes: aggregates.chunkBytes),
      shift: shift,
      columns: aggregates.columns + [
        ChunkColumn(offset: own, width: 8),
        ChunkColumn(offset: own + slotCount * 8, width: 8),
        ChunkColumn(offset: own + slotCount * 16, width: 8),
        ChunkColumn(offset: own + slotCount * 32, width: 4),
        ChunkColumn(offset: own + slotCount * 40, width: 4),
      ]
    )
    slots = SlotAllocator(keyGroups: keyGroups, shift: shift)
    ownOffset = aggregates.ownOffset
    chunkSlots = 1 << shift
    heads = ChunkTable(ChunkPool(chunkBytes: chunkSlots * 4), shift: shift)
  }

  var shift: Int { slots.shift }
  var chunkCount: Int { slots.chunkCount }
  var chunkGroups: UnsafeMutablePointer<UInt16> { slots.groups }

  /// The session in a slot.
  @inline(__always)
  subscript(slot: UInt32) -> SessionRecord {
    let place = Int(slot) & (chunkSlots &- 1)
    let own = chunks.present[Int(slot) &>> slots.shift] + ownOffset
    return SessionRecord(
      start: own.assumingMemoryBound(to: Int64.self) + place,
      last: (own + chunkSlots &* 8).assumingMemoryBound(to: Int64.self) + place,
      reach: (own + chunkSlots &* 16).assumingMemoryBound(to: Int64.self) + place,
      timer: (own + chunkSlots &* 24).assumingMemoryBound(to: Int64.self) + place,
      key: (own + chunkSlots &* 32).assumingMemoryBound(to: UInt32.self) + place,
      next: (own + chunkSlots &* 36).assumingMemoryBound(to: UInt32.self) + place,
      flags: (own + chunkSlots &* 40).assumingMemoryBound(to: UInt32.self) + place
    )
  }

  /// Where the first session of a key is noted; 0 if it has none.
  func head(_ key: UInt32) -> UnsafeMutablePointer<UInt32> {
    heads.make(Int(key) >> slots.shift).assumingMemoryBound(to: UInt32.self)
      + (Int(key) & (chunkSlots - 1))
  }

  /// A new session of one row, in no list yet.
  func make(key: UInt32, group: Int, time: Int64) -> UInt32 {
    let free = slots.firstFree(group)
    let slot = slots.take(group, nextFree: free == 0 ? 0 : self[free].next.pointee)
    _ = chunks.touch(slot)
    let session = self[slot]
    session.start.pointee = time
    session.last.pointee = time
    session.timer.pointee = .min
    session.key.pointee = key
    session.next.pointee = 0
    session.flags.pointee = 0
    count += 1
    return slot
  }

  /// Notes that a session is about to change.
  func touch(_ slot: UInt32) {
    _ = chunks.touch(slot)
  }

  /// Frees a session that is in no list; its aggregates and rows are empty already.
  func release(_ slot: UInt32) {
    touch(slot)
    self[slot].key.pointee = 0
    self[slot].next.pointee = slots.give(slot)
    count -= 1
  }

  /// Forgets the sessions of all groups but those that are kept; `keyChunks`: those of the keys that go.
  func keep(_ groups: [Bool], keyChunks: [Int]) {
    for group in groups.indices where !groups[group] {
      for chunk in slots.chunks[group] {
        let first = chunk << UInt32(shift)
        for slot in first..<first + UInt32(chunkSlots) where self[slot].key.pointee != 0 {
          count -= 1
        }
        chunks.forget(Int(chunk))
      }
      slots.forget(group)
    }
    for chunk in keyChunks { heads.forget(chunk) }
  }

  /// Bytes that the sessions take.
  var reservedBytes: Int {
    chunks.pool.reservedBytes + chunks.directoryBytes + heads.pool.reservedBytes
      + heads.directoryBytes
  }
}

/// One session in its table.
struct SessionRecord {
  // Points into a chunk of the table, which never moves.
  var start: UnsafeMutablePointer<Int64>
  var last: UnsafeMutablePointer<Int64>
  var reach: UnsafeMutablePointer<Int64>
  var timer: UnsafeMutablePointer<Int64>
  var key: UnsafeMutablePointer<UInt32>
  var next: UnsafeMutablePointer<UInt32>
  var flags: UnsafeMutablePointer<UInt32>

  /// The earliest time of a row that joins the session.
  @inline(__always)
  func earliest(gap: Int64) -> Int64 {
    has(SessionFlags.narrow) ? reach.pointee : start.pointee - gap
  }

  /// Notes the earliest time of a row that joins, once the start is known.
  @inline(__always)
  func setEarliest(_ time: Int64, gap: Int64) {
    if time == start.pointee - gap {
      clear(SessionFlags.narrow)
    } else {
      reach.pointee = time
      set(SessionFlags.narrow)
    }
  }

  func has(_ flag: UInt32) -> Bool { flags.pointee & flag != 0 }

  func set(_ flag: UInt32) { flags.pointee |= flag }

  func clear(_ flag: UInt32) { flags.pointee &= ~flag }
}

/// What is known about a session, as bits.
enum SessionFlags {
  /// Its result has been passed on, or failed the filter, and it waits for late rows.
  static let fired: UInt32 = 1
  /// It has changed since preliminary results were last made.
  static let changed: UInt32 = 2
  /// A row of the current batch has changed it.
  static let touched: UInt32 = 4
  /// It was merged into the session that `next` names; freed at the end of the batch.
  static let merged: UInt32 = 8
  /// It reaches back less than a gap before its start: a row with a stamp has begun it.
  static let narrow: UInt32 = 16
}

/// When sessions must be looked at, in buckets of time.
///
/// A session is in one bucket; when that is due and the session has grown meanwhile, it is put
/// into a later one. So a row never moves a timer.
struct SessionTimers {
  private let width: Int64
  // Sorted by number; few, because sessions end within a gap or two of the watermark.
  private var buckets: [(number: Int64, sessions: [UInt32])] = []

  init(gap: Int64) { width = max(1, gap / 64) }

  private func number(_ time: Int64) -> Int64 {
    let quotient = time / width
    return time % width < 0 ? quotient - 1 : quotient
  }

  /// Puts a session into the bucket of a time; O(log of buckets), or O(buckets) for a new one.
  mutating func add(_ slot: UInt32, _ session: SessionRecord, at time: Int64) {
    let number = number(time)
    session.timer.pointee = number
    var low = 0
    var high = buckets.count
    while low < high {
      let middle = (low + high) / 2
      if buckets[middle].number < number { low = middle + 1 } else { high = middle }
    }
    if low == buckets.count || buckets[low].number != number {
      buckets.insert((number, []), at: low)
    }
    buckets[low].sessions.append(slot)
  }

  /// Forgets the timers of other sessions; O(timers).
  mutating func keep(_ isKept: (UInt32) -> Bool) {
    for index in buckets.indices { buckets[index].sessions.removeAll { !isKept($0) } }
  }

  /// Takes the first bucket if it may hold something before `time`.
  mutating func takeFirst(before time: Int64) -> (number: Int64, sessions: [UInt32])? {
    guard let first = buckets.first, first.number <= number(time) else { return nil }
    return buckets.removeFirst()
  }
}
