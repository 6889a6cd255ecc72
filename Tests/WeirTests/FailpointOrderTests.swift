import Testing
import WeirCore
import WeirRuntime

/// What `WEIR_FAILPOINT` may say, and which step it means.
@Suite struct FailpointOrderTests {
  @Test func `an order names a step, perhaps an instance, and which time`() {
    #expect(FailpointOrder("barrier-in") == FailpointOrder(.barrierIn))
    #expect(
      FailpointOrder("barrier-in@totals/1#3")
        == FailpointOrder(.barrierIn, of: InstanceID("totals", 1), number: 3)
    )
    #expect(FailpointOrder("commit-out#2") == FailpointOrder(.commitOut, number: 2))
    #expect(
      FailpointOrder.orders("marked@a/0,go-out")
        == [FailpointOrder(.marked, of: InstanceID("a", 0)), FailpointOrder(.goOut)]
    )
    #expect(
      FailpointOrder.orders("quarantine-synced,poison:totals:a,b")
        == [FailpointOrder(.quarantineSynced)]
    )
  }

  @Test(arguments: [
    "", "nowhere", "poison:totals:a,b", "marked#", "marked#0", "marked#-1", "marked#1#2", "marked@",
    "marked@a", "marked@/0", "marked@a/x", "marked@a/0@b/0", "marked,nowhere",
  ])
  func `any other text orders nothing`(_ text: String) {
    #expect(FailpointOrder.orders(text) == [])
  }

  @Test func `every step has a name of its own that can be ordered`() {
    for step in Failpoint.allCases {
      #expect(FailpointOrder(step.rawValue) == FailpointOrder(step))
    }
  }

  /// Who has died.
  private final class Deaths {
    var orders: [FailpointOrder] = []
  }

  @Test func `a process dies the time that was ordered, if it is the one that was meant`() {
    let deaths = Deaths()
    let order = FailpointOrder(.marked, of: InstanceID("a", 0), number: 2)
    var watch = FailpointWatch([order], instance: InstanceID("spare", 0)) { order in
      deaths.orders.append(order)
    }
    watch.reached(.marked)
    watch.instance = InstanceID("a", 0)
    watch.reached(.marked)
    watch.reached(.stateWritten)
    #expect(deaths.orders.isEmpty)
    watch.reached(.marked)
    #expect(deaths.orders == [order])
    watch.reached(.marked)
    #expect(deaths.orders == [order])
  }
}
