import WeirColumns

/// A step of one or two arguments with its columns at hand: leads each operation to its kernel.
struct StepContext {
  let first: Lane
  let second: Lane?
  let count: Int
  let output: Column

  /// Runs an operation of two arguments either of which may be a constant; false if it is none.
  func runBinary(_ operation: Operation) -> Bool {
    guard let second else { return false }
    switch operation {
    case .words(let sign): WordKernels.calculate(sign, first, second, count, output)
    case .floats(let sign): FloatKernels.calculate(sign, first, second, count, output)
    case .shiftTime(let isNegated): WordKernels.shift(isNegated, first, second, count, output)
    case .compareWords(let comparison):
      CompareKernels.words(comparison, first, second, count, output)
    case .compareFloats(let comparison):
      CompareKernels.floats(comparison, first, second, count, output)
    case .compareFlags(let comparison):
      CompareKernels.flags(comparison, first, second, count, output)
    case .compareBytes(let comparison):
      CompareKernels.bytes(comparison, first, second, count, output)
    case .compareScaled(let comparison, let left, let right):
      CompareKernels.scaled(comparison, first, left, second, right, count, output)
    case .likeComputed(let escape):
      MatchKernels.like(escape: escape, first, second, count, output)
    case .startsWith: TextKernels.startsWith(first, second, count, output)
    default: return false
    }
    return true
  }
}
