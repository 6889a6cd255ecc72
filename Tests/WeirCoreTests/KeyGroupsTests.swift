import Testing
import WeirCore

@Suite struct KeyGroupsTests {
  @Test func `groups cover the hashes evenly and in order`() {
    #expect(KeyGroups.group(of: 0, of: 128) == 0)
    #expect(KeyGroups.group(of: .max, of: 128) == 127)
    #expect(KeyGroups.group(of: 1 << 63, of: 128) == 64)
    #expect(KeyGroups.group(of: .max, of: 1) == 0)
    #expect(KeyGroups.group(of: 0xFFFF_FFFF, of: 128) == 0)
  }

  @Test func `a changed table is balanced and moves no more groups than it must`() {
    for before in 1...9 {
      for after in 1...9 {
        let old = KeyGroupTable(keyGroups: 128, instances: before)
        let new = old.changed(toInstances: after)
        let loads = (0..<after).map { new.groups(of: $0).count }
        #expect(loads.reduce(0, +) == 128)
        #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= 1)
        let moves = zip(old.owners, new.owners).count { $0 != $1 }
        // What an instance holds above its new share must go, and nothing else.
        let most = (0..<before).reduce(0) { sum, instance in
          sum + max(0, old.groups(of: instance).count - (instance < after ? loads[instance] : 0))
        }
        #expect(moves == most)
      }
    }
  }
}
