/// The key groups of a state: what moves when an operator is scaled.
package enum KeyGroups {
  /// The most key groups a topology can ask for: a group's number is kept in 16 bits.
  package static let maximum = 32_768

  /// The group of a key, from the upper half of its hash; the lower half finds it in its table.
  @inlinable
  @inline(__always)
  package static func group(of hash: UInt64, of count: Int) -> Int {
    Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(truncatingIfNeeded: count)) &>> 32)
  }
}

/// Which instance of an operator owns which key group.
///
/// The table is stored with the state and changed by the fewest moves, never computed anew from the
/// number of instances.
package struct KeyGroupTable: Hashable, Sendable, Codable {
  /// The owning instance, by key group.
  package private(set) var owners: [Int]
  package private(set) var instances: Int

  /// Deals the groups out in runs whose lengths differ by at most one.
  package init(keyGroups: Int, instances: Int) {
    precondition(
      instances > 0 && instances <= keyGroups,
      "\(instances) instances for \(keyGroups) key groups"
    )
    owners = (0..<keyGroups).map { $0 * instances / keyGroups }
    self.instances = instances
  }

  /// The table in which each group has that owner; nil if there is no such instance.
  package init?(owners: [Int], instances: Int) {
    guard instances > 0, owners.allSatisfy({ $0 >= 0 && $0 < instances }) else { return nil }
    self.owners = owners
    self.instances = instances
  }

  /// The groups that an instance owns, in ascending order; O(key groups).
  package func groups(of instance: Int) -> [Int] {
    owners.indices.filter { owners[$0] == instance }
  }

  /// The table for another number of instances: loads differ by at most one, and no group moves
  /// that need not.
  ///
  /// O(key groups x log of instances).
  package func changed(toInstances count: Int) -> KeyGroupTable {
    precondition(count > 0 && count <= owners.count, "\(count) instances")
    var loads = [Int](repeating: 0, count: count)
    for owner in owners where owner < count { loads[owner] += 1 }
    // The instances that hold the most keep the groups that do not divide evenly.
    let ranked = (0..<count).sorted { (loads[$1], $0) < (loads[$0], $1) }
    var targets = [Int](repeating: owners.count / count, count: count)
    for instance in ranked.prefix(owners.count % count) { targets[instance] += 1 }
    var changed = self
    changed.instances = count
    var homeless: [Int] = []
    var kept = [Int](repeating: 0, count: count)
    for (group, owner) in owners.enumerated() {
      if owner < count, kept[owner] < targets[owner] {
        kept[owner] += 1
      } else {
        homeless.append(group)
      }
    }
    var instance = 0
    for group in homeless {
      while kept[instance] == targets[instance] { instance += 1 }
      changed.owners[group] = instance
      kept[instance] += 1
    }
    return changed
  }
}
