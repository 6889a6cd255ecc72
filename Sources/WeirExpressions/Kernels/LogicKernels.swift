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

/// Which result each row of a `choose` takes, as a byte: its number, or an error of a condition.
enum BranchCode {
  /// Set if the condition failed; the other bits are the mark.
  static let error: UInt8 = 0x80
  /// The most conditions of one `choose`.
  static let maximumBranches = 100
}

/// `case`, `if`, `coalesce`: first the branch of each row is found, then its result taken.
enum ChooseKernels {
  /// Writes to `branches` the number of the first condition that is true, or their count.
  ///
  /// Call it for the last condition first; `branches` starts as the number of conditions.
  static func find(
    _ condition: Column,
    _ number: Int,
    _ count: Int,
    _ branches: UnsafeMutablePointer<UInt8>
  ) {
    let number = UInt8(truncatingIfNeeded: number)
    let flags = condition.flags
    guard condition.hasMarks else {
      for row in 0..<count { branches[row] = flags[row] & 1 == 1 ? number : branches[row] }
      return
    }
    let marks = condition.marks
    var all: UInt8 = 0
    for row in 0..<count {
      let mark = marks[row]
      all |= mark
      let isTrue = (mark | (flags[row] & 1 ^ 1)) == 0
      branches[row] = isTrue ? number : branches[row]
    }
    guard all >= RowMark.firstError else { return }
    for row in 0..<count where marks[row] >= RowMark.firstError {
      branches[row] = marks[row] | BranchCode.error
    }
  }

  /// Takes the rows of one branch from its result.
  static func take(
    _ result: Lane,
    _ number: Int,
    _ count: Int,
    _ branches: UnsafeMutablePointer<UInt8>,
    _ output: Column
  ) {
    let number = UInt8(truncatingIfNeeded: number)
    switch output.layout {
    case .byte:
      select(result.column.flags, result.mask, number, count, branches, output.flags)
    case .word:
      select(result.column.words, result.mask, number, count, branches, output.words)
    case .variable: break
    }
    guard result.column.hasMarks else { return }
    output.beginMarks(rows: count)
    select(result.column.marks, result.mask, number, count, branches, output.marks)
  }

  @inline(__always)
  private static func select<Value>(
    _ from: UnsafeMutablePointer<Value>,
    _ mask: Int,
    _ number: UInt8,
    _ count: Int,
    _ branches: UnsafeMutablePointer<UInt8>,
    _ to: UnsafeMutablePointer<Value>
  ) {
    if mask == 0 {
      let value = from[0]
      for row in 0..<count { to[row] = branches[row] == number ? value : to[row] }
    } else {
      for row in 0..<count { to[row] = branches[row] == number ? from[row] : to[row] }
    }
  }

  /// Takes the texts of all branches in one pass.
  static func takeTexts(
    _ results: UnsafeMutablePointer<TextLane>,
    _ bytes: Int,
    _ count: Int,
    _ branches: UnsafeMutablePointer<UInt8>,
    _ output: Column
  ) {
    var writer = TextWriter(output, bytes: bytes)
    for row in 0..<count {
      let branch = branches[row]
      if branch < BranchCode.error { writer.append(results[Int(branch)][row]) }
      writer.endRow()
    }
  }

  /// Gives rows whose condition failed the mark of that failure.
  static func passErrors(
    _ count: Int,
    _ branches: UnsafeMutablePointer<UInt8>,
    _ output: Column
  ) {
    var found: UInt8 = 0
    for row in 0..<count { found |= branches[row] }
    guard found & BranchCode.error != 0 else { return }
    output.beginMarks(rows: count)
    let marks = output.marks
    for row in 0..<count where branches[row] & BranchCode.error != 0 {
      marks[row] = branches[row] & ~BranchCode.error
    }
  }
}
