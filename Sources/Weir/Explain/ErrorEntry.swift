/// What `weir explain` tells about a fault of running.
struct ErrorEntry {
  /// Stable and never reused.
  var code: String
  /// What went wrong, in a few words.
  var title: String
  /// Why it happens and what helps.
  var explanation: String

  init(_ code: String, _ title: String, _ explanation: String) {
    self.code = code
    self.title = title
    self.explanation = explanation
  }
}
