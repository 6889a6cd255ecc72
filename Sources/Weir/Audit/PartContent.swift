import WeirCore

/// What was found in a file that a sink has made.
struct PartContent: Hashable {
  /// By shape.
  var found: [RowTotal]
  /// What is wrong with its bytes, at most `mostFaults`, in order.
  var faults: [String] = []
  /// A line is longer than any reader takes: what the file holds cannot be told.
  var hasLongLine = false

  private static let mostFaults = 3

  /// Content of a file in which nothing is wrong; without `found` there is no row in it.
  init(shapes: Int, found: [RowTotal]? = nil) {
    self.found = found ?? Array(repeating: RowTotal(), count: shapes)
  }

  mutating func note(_ fault: String) {
    guard faults.count < Self.mostFaults else { return }
    faults.append(fault)
  }
}
