import Glibc
import WeirColumns

/// Kernels over marks: null and errors pass through as the greatest mark of the arguments.
enum MarkKernels {
  /// Lets the marks of an argument pass into the first `count` rows of `output`.
  static func pass(_ lane: Lane, _ count: Int, into output: Column) {
    guard lane.column.hasMarks else { return }
    let from = lane.column.marks
    if lane.isConstant {
      let mark = from[0]
      guard mark != 0 else { return }
      output.beginMarks(rows: count)
      let to = output.marks
      for row in 0..<count { to[row] = max(to[row], mark) }
    } else if output.hasMarks {
      let to = output.marks
      for row in 0..<count { to[row] = max(to[row], from[row]) }
    } else {
      memcpy(output.marks, from, count)
      output.hasMarks = true
    }
  }

  /// Marks a row that had a value so far.
  @inline(never)
  static func fail(_ row: Int, _ mark: UInt8, _ count: Int, _ output: Column) {
    output.beginMarks(rows: count)
    output.marks[row] = mark
  }
}
