#if DEBUG
import WeirCore

/// Counts the steps of one process, and has it die where it was ordered to.
package struct FailpointWatch {
  private let orders: [FailpointOrder]
  private var counts: [Int]
  /// The instance that the process is, nil for the coordinator; changes when a spare becomes one.
  package var instance: InstanceID?
  private let die: (FailpointOrder) -> Void

  /// Makes the watch of a process; `die` does not return if nobody has died of that order before.
  package init(
    _ orders: [FailpointOrder],
    instance: InstanceID?,
    die: @escaping (FailpointOrder) -> Void
  ) {
    self.orders = orders
    counts = orders.map { _ in 0 }
    self.instance = instance
    self.die = die
  }

  /// Notes that the process takes a step.
  package mutating func reached(_ step: Failpoint) {
    for (index, order) in orders.enumerated() where order.step == step {
      if let wanted = order.instance, wanted != instance { continue }
      counts[index] += 1
      if counts[index] == order.number { die(order) }
    }
  }
}
#endif
