/// The names of the variables that a text is filled in with, `${NAME}` and `${secret:NAME}`.
package struct VariableNames: Hashable, Sendable {
  /// Those that are never named as secrets, in the order of the text, each once.
  package private(set) var plain: [String] = []
  /// Those that are.
  package private(set) var secret: [String] = []

  /// Looks through a text as it stands, comments too; O(bytes).
  package init(_ text: String) {
    var named: [String] = []
    var rest = Array(text.unicodeScalars)[...]
    while let start = rest.firstIndex(of: "$") {
      rest = rest[start...]
      if rest.starts(with: "$${".unicodeScalars) {
        rest = rest.dropFirst(3)
        continue
      }
      guard rest.starts(with: "${".unicodeScalars), let end = rest.firstIndex(of: "}") else {
        rest = rest.dropFirst()
        continue
      }
      let (name, isSecret) = Substitution.name(rest[(start + 2)..<end])
      rest = rest[(end + 1)...]
      guard Substitution.isName(name) else { continue }
      if isSecret {
        if !secret.contains(name) { secret.append(name) }
      } else if !named.contains(name) {
        named.append(name)
      }
    }
    plain = named.filter { !secret.contains($0) }
  }
}
