import WeirColumns

/// What is prepared once for a step: it depends on the operation alone.
enum StepAttachment {
  case none
  case pattern(PatternKernels.Pattern)
  /// Ascending texts, one a row.
  case texts(Column, count: Int)
  case template(TimeTemplate)

  init(_ operation: Operation) {
    switch operation {
    case .matches(let pattern), .extractMatch(let pattern, _):
      guard let compiled = PatternKernels.compile(pattern) else {
        preconditionFailure("a pattern that was not checked: '\(pattern)'")
      }
      self = .pattern(compiled)
    case .memberBytes(let texts):
      let sorted = texts.sorted { $0.lexicographicallyPrecedes($1) }
      let column = Column(.bytes, capacity: texts.count)
      for (row, text) in sorted.enumerated() {
        text.withUnsafeBytes { column.append(bytes: $0, at: row) }
      }
      self = .texts(column, count: texts.count)
    case .formatTime(let format): self = .template(TimeTemplate(format))
    default: self = .none
    }
  }
}
