// Key groups that go to other instances.

extension KeyedState {
  /// The chunks of slots of all groups but those that are kept.
  func chunks(besides kept: [Bool], of slots: SlotAllocator) -> [Int] {
    (0..<keyGroups).filter { !kept[$0] }.flatMap { slots.chunks[$0].map { Int($0) } }
  }

  /// Forgets the keys of all groups but those that are kept, and their bytes.
  ///
  /// Tables that are numbered by these slots must have forgotten them before.
  func keep(_ kept: [Bool]) {
    precondition(writer == nil && kept.count == keyGroups, "groups go while they are written")
    forgetKeyCounts()
    for chunk in chunks(besides: kept, of: slots) { keys.forget(chunk) }
    for group in 0..<keyGroups where !kept[group] {
      count -= groups[group].count
      groups[group].deallocate(segments)
      (groups + group).initialize(to: GroupIndex(segments))
      slots.forget(group)
      arenas.forget(group)
    }
  }
}
