import WeirColumns

// The shapes of loops. They are inlined into each kernel, so that the body stands in the loop itself
// and the compiler can use vector instructions. Rows with marks are computed like all others: what
// they hold is never used, so bodies must not trap on any input.

/// One value of each of two arguments.
@inline(__always)
func zip<Left, Right, Result>(
  _ left: UnsafeMutablePointer<Left>,
  _ leftMask: Int,
  _ right: UnsafeMutablePointer<Right>,
  _ rightMask: Int,
  _ output: UnsafeMutablePointer<Result>,
  _ count: Int,
  _ body: (Left, Right) -> Result
) {
  if leftMask == 0 {
    let value = left[0]
    if rightMask == 0 {
      output.update(repeating: body(value, right[0]), count: count)
    } else {
      for row in 0..<count { output[row] = body(value, right[row]) }
    }
  } else if rightMask == 0 {
    let value = right[0]
    for row in 0..<count { output[row] = body(left[row], value) }
  } else {
    for row in 0..<count { output[row] = body(left[row], right[row]) }
  }
}

/// As `zip`, with a body that gives a result and the mark of its failure, or 0.
///
/// Failures are looked for with one test per batch; their rows are found in a second pass.
@inline(__always)
func zipChecked<Left, Right, Result>(
  _ left: UnsafeMutablePointer<Left>,
  _ leftMask: Int,
  _ right: UnsafeMutablePointer<Right>,
  _ rightMask: Int,
  _ values: UnsafeMutablePointer<Result>,
  _ count: Int,
  _ output: Column,
  _ body: (Left, Right) -> (Result, UInt8)
) {
  var failures: UInt8 = 0
  zip(left, leftMask, right, rightMask, values, count) { first, second in
    let (value, mark) = body(first, second)
    failures |= mark
    return value
  }
  guard failures != 0 else { return }
  output.beginMarks(rows: count)
  let marks = output.marks
  for row in 0..<count where marks[row] == 0 {
    marks[row] = body(left[row & leftMask], right[row & rightMask]).1
  }
}

/// One argument; see `zip`.
@inline(__always)
func map<Value, Result>(
  _ input: UnsafeMutablePointer<Value>,
  _ output: UnsafeMutablePointer<Result>,
  _ count: Int,
  _ body: (Value) -> Result
) {
  for row in 0..<count { output[row] = body(input[row]) }
}

/// One argument; see `zipChecked`.
@inline(__always)
func mapChecked<Value, Result>(
  _ input: UnsafeMutablePointer<Value>,
  _ values: UnsafeMutablePointer<Result>,
  _ count: Int,
  _ output: Column,
  _ body: (Value) -> (Result, UInt8)
) {
  var failures: UInt8 = 0
  for row in 0..<count {
    let (value, mark) = body(input[row])
    failures |= mark
    values[row] = value
  }
  guard failures != 0 else { return }
  output.beginMarks(rows: count)
  let marks = output.marks
  for row in 0..<count where marks[row] == 0 { marks[row] = body(input[row]).1 }
}
