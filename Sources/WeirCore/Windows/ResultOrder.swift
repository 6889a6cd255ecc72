/// The slots of results, sorted by (time, key) without ever sorting all at once.
///
/// Slots come in runs, each sorted when it is complete; taking merges the runs by a heap. So a step
/// is bounded whatever the number of keys: O(log of runs) for each slot taken. Kept are the slots
/// alone, 4 bytes for each result: what they are sorted by is looked up when it is needed.
struct ResultOrder {
  private struct Entry {
    /// The end of the window; 0 where all are of the same.
    var time: Int64
    /// The first 8 bytes of the key, big-endian; all ones for null.
    var prefix: UInt64
    var slot: UInt32
    /// The slot of the key.
    var key: UInt32
  }

  private struct Run {
    /// What comes first of the rest.
    var first: Entry
    /// Where the slots behind the first lie.
    var next: Int
    var end: Int
  }

  // Each run in its order, one run behind the other.
  private var slots: [UInt32] = []
  // Runs that are not empty; sealed, a heap by their first entry.
  private var runs: [Run] = []
  // Those whose slots these are, if they are not slots of keys.
  private var sessions: SessionTable?

  /// No slot was added that is not taken.
  var isEmpty: Bool { runs.isEmpty }

  /// Adds the slots of keys, all of the same window, as a run and sorts it.
  ///
  /// O(slots x log of slots).
  mutating func append(_ slots: some Collection<UInt32>, _ state: KeyedState) {
    appendRun(slots, state)
  }

  /// Adds sessions as a run and sorts it; O(sessions x log of sessions).
  mutating func append(_ slots: [UInt32], _ sessions: SessionTable, _ state: KeyedState) {
    self.sessions = sessions
    appendRun(slots, state)
  }

  private mutating func appendRun(_ added: some Collection<UInt32>, _ state: KeyedState) {
    guard !added.isEmpty else { return }
    var entries = added.map { entry($0, state) }
    entries.sort { Self.precedes($0, $1, state) }
    let start = slots.count
    for entry in entries { slots.append(entry.slot) }
    runs.append(Run(first: entries[0], next: start + 1, end: slots.count))
  }

  private func entry(_ slot: UInt32, _ state: KeyedState) -> Entry {
    guard let sessions else {
      return Entry(time: 0, prefix: Self.prefix(slot, state), slot: slot, key: slot)
    }
    let session = sessions[slot]
    let key = session.key.pointee
    return Entry(
      time: session.last.pointee,
      prefix: Self.prefix(key, state),
      slot: slot,
      key: key
    )
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
    for place in stride(from: runs.count / 2 - 1, through: 0, by: -1) { sink(place, state) }
  }

  /// Takes at most so many slots, in the order of their keys.
  mutating func take(_ maximum: Int, _ state: KeyedState, into slots: inout [UInt32]) {
    slots.removeAll(keepingCapacity: true)
    while slots.count < maximum, let run = runs.first {
      slots.append(run.first.slot)
      if run.next < run.end {
        runs[0].first = entry(self.slots[run.next], state)
        runs[0].next = run.next + 1
      } else {
        runs[0] = runs[runs.count - 1]
        runs.removeLast()
      }
      sink(0, state)
    }
  }

  private mutating func sink(_ start: Int, _ state: KeyedState) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < runs.count {
        if Self.precedes(runs[child].first, runs[least].first, state) { least = child }
      }
      if least == place { return }
      runs.swapAt(place, least)
      place = least
    }
  }
}
