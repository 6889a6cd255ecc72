/// The slots of results, sorted by (time, key) without ever sorting all at once.
///
/// Slots come in runs, each sorted when it is complete; taking merges the runs by a heap. So a step
/// is bounded whatever the number of keys: O(log of runs) for each slot taken.
struct ResultOrder {
  private struct Entry {
    /// The end of the window.
    var time: Int64
    /// The first 8 bytes of the key, big-endian; all ones for null.
    var prefix: UInt64
    var slot: UInt32
    /// The slot of the key.
    var key: UInt32
  }

  private struct Run {
    var next: Int
    var end: Int
  }

  private var entries: [Entry] = []
  private var runs: [Run] = []
  // Runs with entries left, as a heap by their next entry.
  private var heap: [Int] = []
  private var isSealed = false

  var isEmpty: Bool { isSealed ? heap.isEmpty : entries.isEmpty }

  /// Adds the slots of keys, all of the same window, as a run and sorts it.
  ///
  /// O(slots x log of slots).
  mutating func append(_ slots: some Sequence<UInt32>, _ state: KeyedState) {
    let start = entries.count
    for slot in slots {
      entries.append(
        Entry(time: 0, prefix: Self.prefix(slot, state), slot: slot, key: slot)
      )
    }
    endRun(from: start, state)
  }

  /// Adds sessions as a run and sorts it; O(sessions x log of sessions).
  mutating func append(_ slots: [UInt32], _ sessions: SessionTable, _ state: KeyedState) {
    let start = entries.count
    for slot in slots {
      let session = sessions[slot]
      let key = session.key.pointee
      entries.append(
        Entry(
          time: session.last.pointee,
          prefix: Self.prefix(key, state),
          slot: slot,
          key: key
        )
      )
    }
    endRun(from: start, state)
  }

  private mutating func endRun(from start: Int, _ state: KeyedState) {
    guard entries.count > start else { return }
    entries[start...].sort { Self.precedes($0, $1, state) }
    runs.append(Run(next: start, end: entries.count))
  }

  private static func prefix(_ slot: UInt32, _ state: KeyedState) -> UInt64 {
    let cell = state.cell(slot).pointee
    if cell.isNull { return .max }
    guard cell.isLong else { return cell.low.byteSwapped }
    return state.arenas.pointer(cell.low).load(as: UInt64.self).byteSwapped
  }

  private static func precedes(_ left: Entry, _ right: Entry, _ state: KeyedState) -> Bool {
    if left.time != right.time { return left.time < right.time }
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    return state.arenas.precedes(state.cell(left.key), state.cell(right.key))
  }

  /// Begins to take slots; nothing is added any more.
  mutating func seal(_ state: KeyedState) {
    isSealed = true
    heap = Array(runs.indices)
    for place in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(place, state) }
  }

  /// Takes at most so many slots, in the order of their keys.
  mutating func take(_ maximum: Int, _ state: KeyedState, into slots: inout [UInt32]) {
    slots.removeAll(keepingCapacity: true)
    while slots.count < maximum, let run = heap.first {
      slots.append(entries[runs[run].next].slot)
      runs[run].next += 1
      if runs[run].next == runs[run].end {
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
      }
      sink(0, state)
    }
  }

  private mutating func sink(_ start: Int, _ state: KeyedState) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
        if comesFirst(child, least, state) { least = child }
      }
      if least == place { return }
      heap.swapAt(place, least)
      place = least
    }
  }

  private func comesFirst(_ left: Int, _ right: Int, _ state: KeyedState) -> Bool {
    Self.precedes(entries[runs[heap[left]].next], entries[runs[heap[right]].next], state)
  }
}
