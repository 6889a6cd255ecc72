import WeirCore

/// What was found in a file that a sink has made, or in some of its lines.
struct PartContent: Hashable {
  /// Something that is wrong with the bytes.
  struct Fault: Hashable {
    /// Counted from 1, in the lines that were looked at; nil: it is in no line.
    var line: Int?
    /// In front of the line's number, or all there is to say.
    var before: String
    var after = ""
    /// It is a byte that differs, of which only the first in a file is told.
    var isDifference = false

    /// In words that go on from "the file".
    var text: String { before + (line.map { " \($0) " } ?? "") + after }
  }

  /// By shape.
  var found: [RowTotal]
  /// At most `mostFaults`, in order.
  private(set) var faults: [Fault] = []
  /// Line ends that were looked at.
  var lines = 0
  /// A line is longer than any reader takes: what the file holds cannot be told.
  var hasLongLine = false

  private static let mostFaults = 3

  /// Content of a file without rows, in which nothing is wrong.
  init(shapes: Int) { found = Array(repeating: RowTotal(), count: shapes) }

  mutating func note(_ fault: Fault) {
    guard faults.count < Self.mostFaults else { return }
    if fault.isDifference, faults.contains(where: \.isDifference) { return }
    faults.append(fault)
  }

  /// Adds what was found in the lines that follow.
  mutating func append(_ next: PartContent) {
    for index in found.indices { found[index] += next.found[index] }
    for var fault in next.faults {
      fault.line = fault.line.map { $0 + lines }
      note(fault)
    }
    lines += next.lines
    hasLongLine = hasLongLine || next.hasLongLine
  }
}
