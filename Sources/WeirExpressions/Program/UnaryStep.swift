import WeirColumns

/// A step of one argument.
struct UnaryStep {
  let input: Column
  let count: Int
  let output: Column
  let attachment: StepAttachment

  func run(_ operation: Operation) {
    switch operation {
    case .negateWord: WordKernels.negate(input, count, output)
    case .absoluteWord: WordKernels.absolute(input, count, output)
    case .scaleDown(let rounding, let divisor):
      WordKernels.scaleDown(rounding, input, divisor, count, output)
    case .scaleUp(let factor, let failure):
      WordKernels.scaleUp(input, factor, failure.rawValue, count, output)
    case .wordToFloat(let divisor): WordKernels.toFloat(input, divisor, count, output)
    case .wordToTime(let factor, let divisor):
      WordKernels.toTime(input, factor, divisor, count, output)
    case .floorDivide(let divisor): WordKernels.floorDivided(input, divisor, count, output)
    case .truncateTime(let unit): WordKernels.truncate(unit, input, count, output)
    case .extractTime(let unit): WordKernels.extract(unit, input, count, output)
    case .flagToWord: map(input.flags, output.words, count) { Int64($0 & 1) }
    case .negateFloat: FloatKernels.negate(input, count, output)
    case .absoluteFloat: FloatKernels.absolute(input, count, output)
    case .squareRoot: FloatKernels.squareRoot(input, count, output)
    case .roundFloat(let rounding, let digits):
      FloatKernels.round(rounding, digits, input, count, output)
    case .floatToWord(let factor, let failure):
      FloatKernels.toWord(input, factor, failure.rawValue, count, output)
    case .not: LogicKernels.not(input, count, output)
    case .isNull(let isNegated): LogicKernels.isNull(isNegated, input, count, output)
    default: runText(operation)
    }
  }

  private func runText(_ operation: Operation) {
    switch operation {
    case .memberWords(let values): MatchKernels.member(values, input, count, output)
    case .memberBytes:
      guard case .texts(let values, let size) = attachment else { preconditionFailure("no texts") }
      MatchKernels.member(values, size, input, count, output)
    case .like(let pattern): MatchKernels.like(pattern, input, count, output)
    case .changeCase(let isUpper): TextKernels.changeCase(isUpper, input, count, output)
    case .trim(let side): TextKernels.trim(side, input, count, output)
    case .length: TextKernels.length(input, count, output)
    case .matches:
      guard case .pattern(let pattern) = attachment else { preconditionFailure("no pattern") }
      PatternKernels.matches(pattern, input, count, output)
    case .extractMatch(_, let group):
      guard case .pattern(let pattern) = attachment else { preconditionFailure("no pattern") }
      PatternKernels.extract(pattern, group, input, count, output)
    case .relabel: CastKernels.relabel(input, count, output)
    case .bytesToText(let failure): CastKernels.validate(input, failure, count, output)
    case .textToValue(let failure): CastKernels.read(input, failure, count, output)
    case .valueToText: CastKernels.write(input, count, output)
    case .formatTime:
      guard case .template(let template) = attachment else { preconditionFailure("no template") }
      CastKernels.format(template, input, count, output)
    default: preconditionFailure("\(operation) is not an operation of one argument")
    }
  }
}
