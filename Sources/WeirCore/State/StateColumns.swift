/// The columns that snapshots hold of a table of an operator's state, by what they mean.
struct StateColumns {
  /// What a column holds.
  enum Role: Hashable {
    /// How many rows there are.
    case rows
    /// The so many-th column of an aggregate.
    case aggregate(Int, Int)
    /// The so many-th column that is the operator's own.
    case own(Int)
  }

  let roles: [Role]
  let widths: [Int]
  /// Slots of a section, as a shift.
  let sectionShift: Int

  var rowBytes: Int { widths.reduce(0, +) }

  /// Where a column begins in a row whose columns follow one another.
  func offset(of column: Int) -> Int { widths[..<column].reduce(0, +) }

  /// Those of a table of a state; nil for what has no slots.
  init?(_ kind: StateTable.Kind, of shape: StateShape) {
    let ownBytes =
      switch shape.window.shape {
      case .tumbling, .sliding: shape.window.early ? 1 : 0
      case .session: SessionTable.ownBytes
      case .running: 16
      }
    let shift = AggregateSet.shift(for: shape.aggregates, ownBytes: ownBytes)
    let set = AggregateSet(
      shape.aggregates,
      shift: shift,
      arenas: GroupArenas(keyGroups: 1),
      ownBytes: ownBytes
    )
    var columns: [(Role, Int)] = []
    func add(_ widths: (any Aggregate) -> [Int]) {
      for (index, member) in set.members.enumerated() {
        guard let aggregate = member.aggregate else { continue }
        for (place, width) in widths(aggregate).enumerated() {
          columns.append((.aggregate(index, place), width))
        }
      }
    }
    switch kind {
    case .head, .byteHeads, .bytes: return nil
    case .keys: columns = [(.own(0), 16), (.own(1), 4)]
    case .pane, .latePane:
      columns = [(.rows, 2)]
      add(\.narrowWidths)
      if shape.window.early { columns.append((.own(0), 1)) }
    case .carries, .lateCarries:
      columns = [(.rows, 8)]
      add(\.carryWidths)
    case .totals:
      columns = [(.rows, 8)]
      add(\.columnWidths)
      columns.append((.own(0), 8))
    case .sessions:
      columns = [(.rows, 8)]
      add(\.columnWidths)
      for (place, width) in [8, 8, 8, 4, 4].enumerated() { columns.append((.own(place), width)) }
    }
    roles = columns.map(\.0)
    widths = columns.map(\.1)
    sectionShift = SectionBytes.shift(rowBytes: widths.reduce(0, +), chunkShift: shift)
  }
}
