import Glibc

/// Brings the sections of a state into the form of another one, which has other aggregates: columns that
/// are carried go along, those of new aggregates hold no value.
///
/// Sections go in as a restore takes them, all of one table and key group behind one another, changes
/// behind what they change; whole ones come out. It keeps the slots of one table of one key group.
package struct SectionMigration {
  private let old: StateShape
  private let new: StateShape
  private let carried: [Int?]
  private var open: Table?

  /// What is known so far of one table of one key group.
  fileprivate struct Table {
    var table: StateTable
    var group: Int
    var old: StateColumns
    var new: StateColumns
    /// For each column of the new form where it lies in a row of the old one; nil: it holds no value.
    var sources: [Int?]
    /// By slot of the key group the row in `rows`, plus 1; 0: there is none.
    var places: [UInt32] = []
    /// Rows one after the other, each as its old columns.
    var rows: [UInt8] = []
  }

  /// `carried`: for each aggregate of the new state the one of the old one that it goes on with.
  package init(from old: StateShape, to new: StateShape, carried: [Int?]) {
    precondition(carried.count == new.aggregates.count, "\(carried.count) aggregates carried")
    self.old = old
    self.new = new
    self.carried = carried
  }

  /// The aggregates of the old state that nothing goes on with.
  package var removed: [Int] {
    old.aggregates.indices.filter { place in !carried.contains { $0 == place } }
  }

  /// Takes a section in; appends those that are complete.
  ///
  /// Throws E514 if it is none of such a state.
  package mutating func take(
    _ section: StateSection,
    into sections: inout [StateSection]
  ) throws(WeirError) {
    let address = section.address
    if let current = open, current.table != address.table || current.group != address.group {
      finish(into: &sections)
    }
    if open == nil { open = makeTable(address) }
    guard var current = open else {
      sections.append(section)
      return
    }
    open = nil
    try current.add(section)
    open = current
  }

  /// Appends what is left.
  package mutating func finish(into sections: inout [StateSection]) {
    guard let current = open else { return }
    open = nil
    current.append(to: &sections)
  }

  private func makeTable(_ address: StateAddress) -> Table? {
    guard let before = StateColumns(address.table.kind, of: old),
      let now = StateColumns(address.table.kind, of: new)
    else { return nil }
    let sources = now.roles.map { role -> Int? in
      let wanted: StateColumns.Role
      switch role {
      case .rows, .own: wanted = role
      case .aggregate(let index, let column):
        guard let source = carried[index] else { return nil }
        wanted = .aggregate(source, column)
      }
      return before.roles.firstIndex(of: wanted).map { before.offset(of: $0) }
    }
    return Table(
      table: address.table,
      group: address.group,
      old: before,
      new: now,
      sources: sources
    )
  }
}

extension SectionMigration.Table {
  /// Adds the slots of a section, or changes those that are there.
  mutating func add(_ section: StateSection) throws(WeirError) {
    let bytes = try SectionBytes(section, shift: old.sectionShift, widths: old.widths)
    let first = section.address.section << old.sectionShift
    guard section.address.section >= 0, first < 1 << 30 else {
      throw .damagedState(section.address, "it is too far behind")
    }
    let end = first + 1 << old.sectionShift
    if places.count < end { places += [UInt32](repeating: 0, count: end - places.count) }
    let rowBytes = old.rowBytes
    for (position, place) in bytes.places.enumerated() {
      let slot = first + Int(place)
      if places[slot] == 0 {
        rows += [UInt8](repeating: 0, count: rowBytes)
        places[slot] = UInt32(rows.count / rowBytes)
      }
      var target = Int(places[slot] - 1) * rowBytes
      for (width, offset) in zip(old.widths, bytes.columnOffsets) {
        let source = offset + position * width
        rows.replaceSubrange(target..<target + width, with: section.bytes[source..<source + width])
        target += width
      }
    }
  }

  /// Appends the sections that all slots make.
  func append(to sections: inout [StateSection]) {
    let count = 1 << new.sectionShift
    for number in 0..<(places.count + count - 1) / count {
      let slots = number * count..<min((number + 1) * count, places.count)
      var bits = [UInt64](repeating: 0, count: max(1, count >> 6))
      var taken: [Int] = []
      for slot in slots where places[slot] != 0 {
        bits[(slot - slots.lowerBound) >> 6] |= 1 << UInt64((slot - slots.lowerBound) & 63)
        taken.append(Int(places[slot] - 1) * old.rowBytes)
      }
      guard !taken.isEmpty else { continue }
      let bytes = SectionBytes.make(bits, shift: new.sectionShift, widths: new.widths) {
        column,
        start in
        let width = new.widths[column]
        guard let source = sources[column] else {
          memset(start, 0, taken.count * width)
          return
        }
        rows.withUnsafeBytes { raw in
          for (position, row) in taken.enumerated() {
            guard let from = raw.baseAddress else { return }
            memcpy(start + position * width, from + row + source, width)
          }
        }
      }
      let address = StateAddress(table, group: group, section: number)
      sections.append(StateSection(address, isWhole: true, bytes: bytes))
    }
  }
}
