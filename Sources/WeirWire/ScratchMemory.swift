import WeirColumns

/// Memory that is reused from frame to frame, so that a steady stream allocates nothing.
final class ScratchMemory {
  private(set) var capacity: Int
  // Owned by this object, freed in `deinit`; changes only in `reserve`.
  private(set) var bytes: UnsafeMutableRawPointer

  init(capacity: Int) {
    self.capacity = capacity
    bytes = .allocate(byteCount: capacity + columnSlack, alignment: 64)
  }

  deinit { bytes.deallocate() }

  /// Makes room for `count` bytes and `columnSlack` behind them; what was there is lost.
  func reserve(_ count: Int) {
    guard count > capacity else { return }
    bytes.deallocate()
    capacity = max(count, capacity * 2)
    bytes = .allocate(byteCount: capacity + columnSlack, alignment: 64)
  }
}
