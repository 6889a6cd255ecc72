/// Which slots of a table have changed since the last mark, and which of those that were marked wait
/// to be written.
///
///     current   1 bit a slot: changed since the last mark
///     pending   1 bit a slot: belongs to the marked snapshot, and is still as it was at the mark
///
/// Whoever changes a slot sets its current bit; if its pending bit is set, the slot is copied aside
/// first and the bit cleared. So a snapshot costs a step by the slots it changes, never by chunks.
struct ChangedSlots {
  // Raw, because kernels hoist them; freed by `deallocate`, which the owner calls.
  private(set) var current: UnsafeMutablePointer<UInt64>
  private(set) var pending: UnsafeMutablePointer<UInt64>
  private(set) var words = 0

  init() {
    current = .allocate(capacity: 0)
    pending = .allocate(capacity: 0)
  }

  /// Gives the memory back.
  func deallocate() {
    current.deallocate()
    pending.deallocate()
  }

  /// Makes the sets reach so many slots; O(slots) when they grow.
  mutating func reserve(_ slots: Int) {
    let wanted = (slots + 63) >> 6
    guard wanted > words else { return }
    let grown = max(wanted, words * 2, 4)
    current = Self.grown(current, words, to: grown)
    pending = Self.grown(pending, words, to: grown)
    words = grown
  }

  private static func grown(
    _ bits: UnsafeMutablePointer<UInt64>,
    _ count: Int,
    to words: Int
  ) -> UnsafeMutablePointer<UInt64> {
    let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: words)
    larger.update(from: bits, count: count)
    (larger + count).update(repeating: 0, count: words - count)
    bits.deallocate()
    return larger
  }

  /// Notes that a slot changes.
  @inline(__always)
  func set(_ slot: Int) { current[slot &>> 6] |= 1 &<< UInt64(slot & 63) }

  /// Notes that slots change; a loop of its own is faster than a part of one that misses the cache.
  func set(_ slots: UnsafePointer<UInt32>, _ count: Int) {
    let current = current
    for position in 0..<count {
      let slot = slots[position]
      current[Int(slot &>> 6)] |= 1 &<< UInt64(slot & 63)
    }
  }

  @inline(__always)
  func isPending(_ slot: Int) -> Bool { pending[slot &>> 6] &>> UInt64(slot & 63) & 1 != 0 }

  func clearPending(_ slot: Int) { pending[slot >> 6] &= ~(1 << UInt64(slot & 63)) }

  /// What has changed becomes what waits to be written; nothing waits before.
  mutating func swapSets() { swap(&current, &pending) }

  /// Lets nothing wait any more; O(slots).
  func clearPending() { pending.update(repeating: 0, count: words) }

  /// Forgets what has changed; O(slots).
  func clearCurrent() { current.update(repeating: 0, count: words) }

  /// Lets all slots of a range wait.
  func setPending(_ slots: Range<Int>) {
    Self.eachWord(slots) { word, mask in pending[word] |= mask }
  }

  /// Takes the pending bits of a range out, into `bits` from the bit `start` on.
  func takePending(_ slots: Range<Int>, into bits: UnsafeMutablePointer<UInt64>, at start: Int) {
    Self.eachWord(slots) { word, mask in
      var left = pending[word] & mask
      pending[word] &= ~mask
      // Slots of a chunk begin at a word or, in chunks of fewer than 64, lie within one.
      let place = start + max(word << 6, slots.lowerBound) - slots.lowerBound
      left >>= UInt64(max(slots.lowerBound - word << 6, 0))
      bits[place >> 6] |= left << UInt64(place & 63)
    }
  }

  /// True if one of a range waits.
  func hasPending(_ slots: Range<Int>) -> Bool {
    var any: UInt64 = 0
    Self.eachWord(slots) { word, mask in any |= pending[word] & mask }
    return any != 0
  }

  /// Calls with each word that a range lies in, and the bits of it that do.
  @inline(__always)
  private static func eachWord(_ slots: Range<Int>, _ body: (Int, UInt64) -> Void) {
    guard !slots.isEmpty else { return }
    for word in slots.lowerBound >> 6...(slots.upperBound - 1) >> 6 {
      let first = max(slots.lowerBound - word << 6, 0)
      let end = min(slots.upperBound - word << 6, 64)
      body(word, (end == 64 ? ~0 : (1 << UInt64(end)) - 1) & (~0 << UInt64(first)))
    }
  }
}
