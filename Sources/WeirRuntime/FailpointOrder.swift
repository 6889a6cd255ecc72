#if DEBUG
import WeirCore

/// At which step a process is to die: `STEP[@STAGE/i][#n]`, such as `barrier-in@totals/1#3`.
///
/// Without an instance it is the first that gets there; without a number the first time.
package struct FailpointOrder: Hashable, Sendable {
  package var step: Failpoint
  package var instance: InstanceID?
  /// Which time it is, from 1, counted by each process for itself.
  package var number: Int

  package init(_ step: Failpoint, of instance: InstanceID? = nil, number: Int = 1) {
    self.step = step
    self.instance = instance
    self.number = number
  }

  /// Reads one order; nil for any other text.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "#", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return nil }
    number = 1
    if parts.count == 2 {
      guard let parsed = Int(parts[1]), parsed > 0 else { return nil }
      number = parsed
    }
    let words = parts[0].split(separator: "@", omittingEmptySubsequences: false)
    guard words.count <= 2, let parsed = Failpoint(rawValue: String(words[0])) else { return nil }
    step = parsed
    guard words.count == 2 else { return }
    let names = words[1].split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == 2, !names[0].isEmpty, let index = Int(names[1]), index >= 0 else {
      return nil
    }
    instance = InstanceID(String(names[0]), index)
  }

  /// Reads orders with commas between them, and perhaps a row that kills behind them
  /// (`PoisonFailpoint`); none for any other text.
  package static func orders(_ text: String) -> [FailpointOrder] {
    let end = text.firstRange(of: ",poison:")?.lowerBound ?? text.endIndex
    let parts = text[..<end].split(separator: ",", omittingEmptySubsequences: false)
    let orders = parts.compactMap { FailpointOrder($0) }
    return orders.count == parts.count ? orders : []
  }
}
#endif
