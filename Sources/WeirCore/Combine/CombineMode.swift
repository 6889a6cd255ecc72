/// Whether the senders of an operator add rows up before they send them.
package enum CombineMode: String, Hashable, Sendable, CaseIterable {
  /// While it makes much less of them, as `CombineTrial` measures.
  case auto
  /// Whenever it may be done.
  case always
  case never
}
