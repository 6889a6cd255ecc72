import WeirColumns

/// Which keys of an operator's instance have the most rows lately: a sample of the rows, counted by key.
///
/// It is no part of the state: a restored instance begins anew. The counts halve every
/// `Limits.hotKeyHalfLifeNanoseconds`, so that they speak of now.
final class KeyCounts {
  private let sketch = SpaceSaving(capacity: Limits.hotKeyCounters)
  private var sampling = RowSampling(every: Limits.hotKeySampling)
  /// Up to when counts have been aged.
  private var agedAt: Instant?
  /// The keys that were told last: one whose state has gone meanwhile is still known.
  private var told: [(hash: UInt64, key: [String])] = []

  /// Counts a sample of the rows of a batch, by position; O(rows / `Limits.hotKeySampling`).
  func note(
    _ hashes: UnsafePointer<UInt64>,
    _ slots: UnsafePointer<UInt32>,
    _ count: Int
  ) {
    sketch.add(hashes, slots, of: count, drawn: &sampling)
  }

  /// Counts a sample of the rows behind partial aggregates.
  ///
  /// `rows` says how many are behind each, by position. O(count + rows / `Limits.hotKeySampling`).
  func note(
    _ hashes: UnsafePointer<UInt64>,
    _ slots: UnsafePointer<UInt32>,
    _ count: Int,
    rows: (Int) -> Int
  ) {
    for position in 0..<count {
      let behind = rows(position)
      while sampling.next(of: behind) != nil {
        sketch.add(hashes[position], slot: slots[position])
      }
    }
  }

  /// The hottest keys, as far as they can be named.
  ///
  /// `name` gives the texts of a key whose hash is that of the slot, nil for another.
  func report(at now: Instant, name: (UInt64, UInt32) -> [String]?) -> HotKeyReport {
    age(to: now)
    let found = sketch.frequent(share: Limits.hotKeyLeastShare).prefix(Limits.hotKeysTold)
    var report = HotKeyReport(sampled: sketch.weight)
    var named: [(hash: UInt64, key: [String])] = []
    for entry in found {
      let known = told.first { $0.hash == entry.hash }?.key
      guard let key = known ?? name(entry.hash, entry.slot) else { continue }
      named.append((entry.hash, key))
      report.keys.append(
        HotKeyReport.Key(key, least: Double(entry.least), most: Double(entry.most))
      )
    }
    told = named
    return report
  }

  private func age(to now: Instant) {
    guard var aged = agedAt else {
      agedAt = now
      return
    }
    let halfLife = Limits.hotKeyHalfLifeNanoseconds
    while now.nanoseconds - aged.nanoseconds >= halfLife, sketch.weight >= 1 {
      sketch.halve()
      aged = aged.advanced(byNanoseconds: halfLife)
    }
    // What is left of nothing need not be halved.
    if now.nanoseconds - aged.nanoseconds >= halfLife { aged = now }
    agedAt = aged
  }
}

extension KeyedState {
  /// The keys that have the most rows lately; nil for an operator without a key.
  func hotKeys(at now: Instant) -> HotKeyReport? {
    keyCounts?.report(at: now) { hash, slot in key(of: hash, slot: slot) }
  }

  /// The texts of the key of a slot, if it has that hash still: slots are used again.
  private func key(of hash: UInt64, slot: UInt32) -> [String]? {
    guard !cell(slot).pointee.isNone, tag(slot).pointee == UInt32(truncatingIfNeeded: hash) else {
      return nil
    }
    let columns = codec.types.map { Column($0, capacity: 1) }
    codec.decode([UnsafePointer(cell(slot))], arenas, into: columns[...], used: 0)
    return columns.map { KeyText.text($0, at: 0) }
  }
}
