import WeirCore

/// Faults of the world as lines for people.
enum ErrorText {
  /// The message, then the detail and the remedy on lines of their own.
  static func lines(
    _ error: WeirError,
    instance: InstanceID? = nil,
    isColored: Bool
  ) -> [String] {
    let head = Style.failure.applied(to: "error[\(error.code)]", isColored)
    let place = instance.map { "\($0): " } ?? ""
    var lines = ["\(head): \(place)\(error.message)"]
    if let detail = error.detail { lines.append("  \(detail)") }
    if let hint = error.hint {
      lines.append("  \(Style.dim.applied(to: "help:", isColored)) \(hint)")
    }
    return lines
  }
}
