/// The most frequent of many keys, counted in bounded memory, with bounds on every count.
///
/// Space-Saving (Metwally, Agrawal, El Abbadi: "Efficient Computation of Frequent and Top-k Elements in
/// Data Streams", ICDT 2005): a key that has no counter takes over the least one. Every counter holds
/// two bounds, `least <= count <= most`, and counts age: `halve` halves them all, and what came before
/// weighs half. With m counters and the weight n (what came, aged)
///
///     most - least <= n / m + 2      of every counter
///     count        <= n / m + 1      of every key without one
///
/// The last terms are what rounding adds: `most` is rounded up, `least` down. A key is its 64-bit hash;
/// where its state lies goes with it. The paper's list of buckets is left out: the least counter is
/// found by going round, and as it rises by at most one in m counts, `add` is O(1), amortized.
package final class SpaceSaving {
  /// A key that has a counter.
  package struct Entry: Hashable {
    package var hash: UInt64
    /// The slot that the key had when it was counted last.
    package var slot: UInt32
    package var least: UInt32
    package var most: UInt32

    package init(hash: UInt64, slot: UInt32, least: UInt32, most: UInt32) {
      self.hash = hash
      self.slot = slot
      self.least = least
      self.most = most
    }
  }

  private var counters: Counters

  /// Makes a sketch of so many counters, at most 65,534.
  package init(capacity: Int) { counters = Counters(capacity: capacity) }

  deinit { counters.deallocate() }

  package var capacity: Int { counters.capacity }
  /// How many counters have a key.
  package var count: Int { counters.count }
  /// What was added, aged.
  package var weight: Double { counters.weight }

  /// Counts a key once; O(1), amortized.
  package func add(_ hash: UInt64, slot: UInt32) { counters.add(hash, slot) }

  /// Counts the keys that are drawn of so many, by position.
  func add(
    _ hashes: UnsafePointer<UInt64>,
    _ slots: UnsafePointer<UInt32>,
    of count: Int,
    drawn sampling: inout RowSampling
  ) {
    counters.add(hashes, slots, of: count, drawn: &sampling)
  }

  /// Halves all counts; O(counters).
  package func halve() { counters.halve() }

  /// The keys that surely have at least so great a share of the weight, the most frequent first.
  ///
  /// O(counters + results x log results).
  package func frequent(share: Double) -> [Entry] {
    let wanted = share * weight
    return (0..<count).map { counters.entries[$0] }
      .filter { $0.least > 0 && Double($0.least) >= wanted }
      .sorted { ($0.least, $1.hash) > ($1.least, $0.hash) }
  }

  /// The most that the counts of a key can be, and the least; O(counters).
  package func bounds(of hash: UInt64) -> ClosedRange<UInt32> {
    for place in 0..<count where counters.entries[place].hash == hash {
      return counters.entries[place].least...counters.entries[place].most
    }
    return 0...(count < capacity ? 0 : counters.least())
  }
}

/// The memory of a sketch, and what is done for every row that is drawn.
///
/// A value in a property, so that the run time checks an access to it once a batch: checked a field and
/// row at a time, counting costs twice as much.
private struct Counters {
  let capacity: Int
  var count = 0
  var weight = 0.0

  // By counter; raw, because `add` is called for every row that is drawn. Freed by `deallocate`.
  let entries: UnsafeMutablePointer<SpaceSaving.Entry>
  // The first counter of each bucket of hashes, and by counter the next one of its bucket.
  private let heads: UnsafeMutablePointer<UInt16>
  private let next: UnsafeMutablePointer<UInt16>
  private let bucketMask: UInt64

  /// No counter is below it, and those before `cursor` are above it, once all are taken.
  private var floor: UInt32 = 0
  private var cursor = 0

  private static let none = UInt16.max

  init(capacity: Int) {
    precondition(capacity > 0 && capacity < Int(Self.none), "\(capacity) counters")
    self.capacity = capacity
    var buckets = 1
    while buckets < capacity * 2 { buckets *= 2 }
    bucketMask = UInt64(buckets - 1)
    entries = .allocate(capacity: capacity)
    next = .allocate(capacity: capacity)
    heads = .allocate(capacity: buckets)
    heads.initialize(repeating: Self.none, count: buckets)
  }

  func deallocate() {
    entries.deallocate()
    next.deallocate()
    heads.deallocate()
  }

  mutating func add(
    _ hashes: UnsafePointer<UInt64>,
    _ slots: UnsafePointer<UInt32>,
    of count: Int,
    drawn sampling: inout RowSampling
  ) {
    while let position = sampling.next(of: count) { add(hashes[position], slots[position]) }
  }

  mutating func add(_ hash: UInt64, _ slot: UInt32) {
    weight += 1
    var place = heads[bucket(hash)]
    while place != Self.none {
      let entry = entries + Int(place)
      if entry.pointee.hash == hash {
        entry.pointee.most &+= 1
        entry.pointee.least &+= 1
        entry.pointee.slot = slot
        return
      }
      place = next[Int(place)]
    }
    insert(hash, slot)
  }

  // The upper half of a hash says which instance the key belongs to, so the lower is used.
  @inline(__always)
  private func bucket(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash & bucketMask) }

  @inline(never)
  private mutating func insert(_ hash: UInt64, _ slot: UInt32) {
    let place: Int
    var below: UInt32 = 0
    if count < capacity {
      place = count
      count += 1
    } else {
      place = leastCounter()
      below = entries[place].most
      unlink(place)
    }
    entries[place] = SpaceSaving.Entry(hash: hash, slot: slot, least: 1, most: below &+ 1)
    let bucket = bucket(hash)
    next[place] = heads[bucket]
    heads[bucket] = UInt16(place)
  }

  private mutating func leastCounter() -> Int {
    while true {
      while cursor < capacity {
        if entries[cursor].most <= floor { return cursor }
        cursor += 1
      }
      floor = least()
      cursor = 0
    }
  }

  func least() -> UInt32 {
    var least = UInt32.max
    for place in 0..<count { least = min(least, entries[place].most) }
    return least
  }

  private func unlink(_ place: Int) {
    let bucket = bucket(entries[place].hash)
    guard heads[bucket] != UInt16(place) else {
      heads[bucket] = next[place]
      return
    }
    var before = Int(heads[bucket])
    while next[before] != UInt16(place) { before = Int(next[before]) }
    next[before] = next[place]
  }

  mutating func halve() {
    weight /= 2
    for place in 0..<count {
      entries[place].most = entries[place].most / 2 + entries[place].most % 2
      entries[place].least /= 2
    }
    floor = 0
    cursor = 0
  }
}
