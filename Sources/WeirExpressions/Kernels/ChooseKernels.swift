import WeirColumns

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

  /// Takes each row from one of two results, without marks anywhere and without texts.
  ///
  /// Branch-free, one pass; false, and nothing is done, if there are marks or texts.
  static func either(
    _ condition: Column,
    _ yes: Lane,
    _ no: Lane,
    _ count: Int,
    _ output: Column
  ) -> Bool {
    guard !condition.hasMarks, !yes.column.hasMarks, !no.column.hasMarks else { return false }
    let flags = condition.flags
    switch output.layout {
    case .byte:
      select(flags, yes.column.flags, yes.mask, no.column.flags, no.mask, count, output.flags)
    case .word:
      select(flags, yes.column.words, yes.mask, no.column.words, no.mask, count, output.words)
    case .variable: return false
    }
    return true
  }

  /// Selects by flag: a loop for each mixture of columns and constants, so that all are vectors.
  @inline(__always)
  private static func select<Value: FixedWidthInteger>(
    _ flags: UnsafeMutablePointer<UInt8>,
    _ yes: UnsafeMutablePointer<Value>,
    _ yesMask: Int,
    _ no: UnsafeMutablePointer<Value>,
    _ noMask: Int,
    _ count: Int,
    _ to: UnsafeMutablePointer<Value>
  ) {
    let one = yes[0]
    let other = no[0]
    switch (yesMask == 0, noMask == 0) {
    case (true, true):
      for row in 0..<count { to[row] = flags[row] & 1 == 1 ? one : other }
    case (true, false):
      for row in 0..<count { to[row] = flags[row] & 1 == 1 ? one : no[row] }
    case (false, true):
      for row in 0..<count { to[row] = flags[row] & 1 == 1 ? yes[row] : other }
    case (false, false):
      for row in 0..<count { to[row] = flags[row] & 1 == 1 ? yes[row] : no[row] }
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
