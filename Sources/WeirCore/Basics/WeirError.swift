/// A fault of the world: what was attempted on what, and what can be done.
///
/// A fault of the user's files is a `Diagnostic` instead, a fault of ours a failed precondition.
/// The coordinator decides by `blame` and `recovery` alone.
package struct WeirError: Error, Hashable, Sendable, Codable {
  /// Who can mend it.
  package enum Blame: String, Sendable, Codable {
    case user
    case environment
    case weir
  }

  /// What may help.
  package enum Recovery: String, Sendable, Codable {
    /// Trying again, as it is, may work.
    case retry
    /// The instance must be started anew.
    case restart
    /// Nothing but a change by a person.
    case stop
  }

  /// Stable and never reused, such as `E104`; `weir explain` tells more.
  package var code: String
  /// What was attempted, on what: lower case, no full stop.
  package var message: String
  /// What the system said, such as the text of errno.
  package var detail: String?
  /// One sentence of remedy.
  package var hint: String?
  package var blame: Blame
  package var recovery: Recovery

  package init(
    _ code: String,
    _ message: String,
    detail: String? = nil,
    hint: String? = nil,
    blame: Blame = .environment,
    recovery: Recovery = .stop
  ) {
    self.code = code
    self.message = message
    self.detail = detail
    self.hint = hint
    self.blame = blame
    self.recovery = recovery
  }
}

extension WeirError {
  /// True of what reading stored state ends with when it is not what was stored, so that only an older
  /// checkpoint helps: bytes that are missing, changed or unreadable, or do not fit together.
  ///
  /// That it is of another topology or version is not damage, nor what the system is short of.
  package var isDamage: Bool { ["E102", "E513", "E514", "E515"].contains(code) }
}

extension WeirError: CustomStringConvertible {
  /// The message, the detail and the hint on one line.
  package var description: String {
    var text = "error[\(code)]: \(message)"
    if let detail { text += ": \(detail)" }
    if let hint { text += "; \(hint)" }
    return text
  }
}
