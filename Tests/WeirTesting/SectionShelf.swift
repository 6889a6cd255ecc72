import WeirCore

/// Snapshots in memory: of each address the newest whole section and the changes behind it.
package struct SectionShelf {
  private var chains: [StateAddress: [StateSection]] = [:]

  package init() {}

  /// Adds a complete snapshot, whose state consisted of those tables.
  package mutating func add(_ sections: [StateSection], live: [StateTable], isFull: Bool) {
    if isFull { chains = [:] }
    for section in sections {
      if section.isWhole {
        chains[section.address] = [section]
      } else {
        precondition(chains[section.address] != nil, "changes of nothing: \(section.address)")
        chains[section.address, default: []].append(section)
      }
    }
    chains = chains.filter { live.contains($0.key.table) }
  }

  /// All addresses, in order.
  package var addresses: [StateAddress] { chains.keys.sorted() }

  /// All sections, in the order in which they are restored.
  package var sections: [StateSection] { addresses.flatMap { chains[$0] ?? [] } }
}
