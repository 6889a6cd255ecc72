/// A state without some of its aggregates: what they had in the arenas of their keys is given back, and
/// their columns are empty.
///
/// Columns can be left out of sections, bytes cannot: who owns which is known only when all is there.
package final class ReleasedState {
  private let state: any KeyedOperator

  /// The aggregates of a state that must be released before they are left out.
  package static func mustRelease(_ aggregates: [Int], of shape: StateShape) -> Bool {
    let set = AggregateSet(
      aggregates.map { shape.aggregates[$0] },
      shift: 0,
      arenas: GroupArenas(keyGroups: 1)
    )
    return set.ownsBytes
  }

  /// Makes an empty state of that shape.
  package init(_ shape: StateShape) { state = shape.makeOperator() }

  /// Takes a section in, as a restore does; throws E514 if it is none of such a state.
  package func restore(_ section: StateSection) throws(WeirError) { try state.restore(section) }

  /// Releases the aggregates, when all sections are there, and begins to write what is left.
  ///
  /// Throws E514. O(state).
  package func release(_ aggregates: [Int]) throws(WeirError) {
    try state.finishRestore()
    switch state {
    case let windows as WindowOperator: windows.release(aggregates)
    case let sessions as SessionOperator:
      sessions.aggregates.release(aggregates, in: sessions.sessions.chunks, sessions.chunkGroups)
    case let running as RunningOperator:
      running.aggregates.release(aggregates, in: running.totals, running.chunkGroups)
    default: preconditionFailure("a state of no known form")
    }
    state.mark(rewriting: [], isFull: true)
  }

  /// The tables that are written.
  package var tables: [StateTable] { state.liveTables }

  /// The next sections; none at the end.
  package func next(maximumBytes: Int) -> [StateSection] {
    var sections: [StateSection] = []
    while sections.isEmpty {
      if state.writeSlice(maximumBytes: maximumBytes, into: &sections) { break }
    }
    return sections
  }
}

extension SessionOperator {
  fileprivate var chunkGroups: (Int) -> Int {
    { [sessions] chunk in chunk < sessions.chunkCount ? Int(sessions.chunkGroups[chunk]) : 0 }
  }
}

extension RunningOperator {
  fileprivate var chunkGroups: (Int) -> Int {
    { [state] chunk in chunk < state.chunkCount ? Int(state.chunkGroups[chunk]) : 0 }
  }
}

extension WindowOperator {
  fileprivate func release(_ aggregates: [Int]) {
    for pane in paneList.panes {
      for chunk in 1..<state.chunkCount {
        guard let base = pane.chunks.chunk(chunk) else { continue }
        for index in aggregates {
          layout.releaseBytes(of: index, base, group: Int(state.chunkGroups[chunk]))
        }
      }
    }
  }
}

extension AggregateSet {
  /// Gives back what some aggregates own in all chunks of a table, and empties them.
  fileprivate func release(_ indices: [Int], in table: ChunkTable, _ group: (Int) -> Int) {
    for chunk in 1..<max(table.capacity, 1) {
      guard let base = table.chunk(chunk) else { continue }
      for index in indices {
        guard let aggregate = members[index].aggregate, aggregate.ownsBytes else { continue }
        aggregate.release(
          Region(base: base + members[index].offset, place: 0, group: group(chunk)),
          count: slots
        )
      }
    }
  }
}
