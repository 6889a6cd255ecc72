import Glibc
import WeirColumns

/// Three-valued logic.
///
/// Arguments have a row for each row of the batch.
enum LogicKernels {
  /// False wins over null and errors; else the greatest mark.
  static func and(_ left: Column, _ right: Column, _ count: Int, _ output: Column) {
    let first = left.flags
    let second = right.flags
    let flags = output.flags
    for row in 0..<count { flags[row] = first[row] & second[row] & 1 }
    guard left.hasMarks || right.hasMarks else { return }
    output.beginMarks(rows: count)
    let marks = output.marks
    let leftMarks = Marks(left)
    let rightMarks = Marks(right)
    for row in 0..<count {
      let leftMark = leftMarks[row]
      let rightMark = rightMarks[row]
      let isLeftFalse = (leftMark | (first[row] & 1)) == 0
      let isRightFalse = (rightMark | (second[row] & 1)) == 0
      marks[row] = isLeftFalse || isRightFalse ? 0 : max(leftMark, rightMark)
      // What lies under a mark is anybody's: a false side must show.
      flags[row] = isLeftFalse || isRightFalse ? 0 : flags[row]
    }
  }

  /// True wins over null and errors; else the greatest mark.
  static func or(_ left: Column, _ right: Column, _ count: Int, _ output: Column) {
    let first = left.flags
    let second = right.flags
    let flags = output.flags
    for row in 0..<count { flags[row] = (first[row] | second[row]) & 1 }
    guard left.hasMarks || right.hasMarks else { return }
    output.beginMarks(rows: count)
    let marks = output.marks
    let leftMarks = Marks(left)
    let rightMarks = Marks(right)
    for row in 0..<count {
      let leftMark = leftMarks[row]
      let rightMark = rightMarks[row]
      let isLeftTrue = leftMark == 0 && first[row] & 1 == 1
      let isRightTrue = rightMark == 0 && second[row] & 1 == 1
      marks[row] = isLeftTrue || isRightTrue ? 0 : max(leftMark, rightMark)
    }
  }

  static func not(_ input: Column, _ count: Int, _ output: Column) {
    map(input.flags, output.flags, count) { ($0 ^ 1) & 1 }
  }

  /// Whether rows are null; errors stay errors.
  static func isNull(_ isNegated: Bool, _ input: Column, _ count: Int, _ output: Column) {
    let flags = output.flags
    let negated: UInt8 = isNegated ? 1 : 0
    guard input.hasMarks else {
      memset(flags, Int32(negated), count)
      return
    }
    let from = input.marks
    output.beginMarks(rows: count)
    let marks = output.marks
    let null = RowMark.null.rawValue
    for row in 0..<count { flags[row] = (from[row] == null ? 1 : 0) ^ negated }
    // 1, a null, becomes 0: errors are greater and keep their number.
    for row in 0..<count { marks[row] = from[row] == null ? 0 : from[row] }
  }

  /// The marks of a column, zero where it keeps none.
  private struct Marks {
    // Borrowed from the column for the length of a kernel.
    private let marks: UnsafeMutablePointer<UInt8>
    private let keep: UInt8

    init(_ column: Column) {
      marks = column.marks
      keep = column.hasMarks ? .max : 0
    }

    @inline(__always)
    subscript(row: Int) -> UInt8 { marks[row] & keep }
  }
}
