import WeirCore
import WeirWire

/// Brings the stored state of an instance into the form that another topology wants.
struct StateMigration {
  private let reading: StateReading
  private let target: StateDescription
  private let carried: [Int?]

  /// Bytes that are read, and written, at once.
  private static let sliceBytes = 4 << 20

  /// `carried`: see `SectionMigration`.
  init(_ reading: StateReading, to target: StateDescription, carried: [Int?]) {
    self.reading = reading
    self.target = target
    self.carried = carried
  }

  /// Writes it; throws E514 if the state makes no sense, and as `StateFileWriter` does.
  ///
  /// O(bytes). Where an aggregate is removed that has bytes of its own, all of the state is in memory
  /// meanwhile.
  func write(_ writer: StateFileWriter, keyGroups: Int) throws(WeirError) -> StateReference {
    guard let old = StateShape(reading.description), let new = StateShape(target) else {
      throw WeirError(
        "E514",
        "reading what a state is the state of",
        detail: "its description is none that this version writes",
        blame: .weir
      )
    }
    var migration = SectionMigration(from: old, to: new, carried: carried)
    let removed = migration.removed
    if ReleasedState.mustRelease(removed, of: old) {
      let released = ReleasedState(old)
      while true {
        let sections = try reading.next(maximumBytes: Self.sliceBytes)
        if sections.isEmpty { break }
        for section in sections { try released.restore(section) }
      }
      try released.release(removed)
      return try write(writer, keyGroups, released.tables, &migration) {
        () throws(WeirError) in released.next(maximumBytes: Self.sliceBytes)
      }
    }
    return try write(writer, keyGroups, reading.directory.tables, &migration) {
      () throws(WeirError) in try reading.next(maximumBytes: Self.sliceBytes)
    }
  }

  private func write(
    _ writer: StateFileWriter,
    _ keyGroups: Int,
    _ tables: [StateTable],
    _ migration: inout SectionMigration,
    _ next: () throws(WeirError) -> [StateSection]
  ) throws(WeirError) -> StateReference {
    var isAtEnd = false
    return try writer.write(target, keyGroups: keyGroups, tables: tables) {
      () throws(WeirError) in
      var migrated: [StateSection] = []
      while migrated.isEmpty, !isAtEnd {
        let sections = try next()
        for section in sections { try migration.take(section, into: &migrated) }
        guard sections.isEmpty else { continue }
        isAtEnd = true
        migration.finish(into: &migrated)
      }
      return migrated
    }
  }
}
