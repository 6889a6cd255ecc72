import Glibc
import WeirCore

/// A pattern over paths, as a shell has it, that says which files a source reads.
///
/// `*` stands for any characters within a name, `?` for one, `[a-z]` for one of a set and `[!a-z]`
/// for one that is not in it, `**` as a whole name for any number of folders, none included. A
/// backslash takes the next character as it is. Names that begin with a dot match only a pattern
/// that begins with a dot: files in the making are hidden, and must not be read. `**` does not
/// follow links.
package struct Glob: Sendable {
  package let pattern: String

  package init(_ pattern: String) { self.pattern = pattern }

  /// Whether the pattern can match more than one path.
  package var isPattern: Bool { Self.hasWildcard(Array(pattern.unicodeScalars)) }

  /// The folder that all paths lie in which can match: what stands before the first wildcard.
  package var folder: String {
    let components = pattern.split(separator: "/")
    let fixed = components.dropLast().prefix { !Self.hasWildcard(Array($0.unicodeScalars)) }
    let path = fixed.map {
      String(String.UnicodeScalarView(Self.unescaped(Array($0.unicodeScalars))))
    }
    .joined(separator: "/")
    return pattern.hasPrefix("/") ? "/" + path : path.isEmpty ? "." : path
  }

  /// The paths of all files (not folders) that match now, sorted by their bytes.
  ///
  /// Without a wildcard it is the path itself, if a file has it. A folder that does not exist has
  /// no matches; one that cannot be listed throws E108 or E115. O(names in the folders visited).
  package func paths() throws(WeirError) -> [String] {
    let components = pattern.split(separator: "/").map { Array($0.unicodeScalars) }
    var found: [String] = []
    try Self.collect(
      components[...],
      below: pattern.hasPrefix("/") ? "/" : "",
      into: &found
    )
    found.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    // With two `**` a path can be found in two ways.
    return found.enumerated().filter { $0 == 0 || found[$0 - 1] != $1 }.map(\.element)
  }

  private static func collect(
    _ components: ArraySlice<[Unicode.Scalar]>,
    below folder: String,
    into found: inout [String]
  ) throws(WeirError) {
    guard let component = components.first else { return }
    let rest = components.dropFirst()
    if component == ["*", "*"] {
      // At the end it means all files below, as `**/*` does.
      try collect(rest.isEmpty ? [["*"]] : rest, below: folder, into: &found)
      for name in try names(in: folder) where !name.hasPrefix(".") {
        let path = folder + name
        if isFolder(path, followingLinks: false) {
          try collect(components, below: path + "/", into: &found)
        }
      }
      return
    }
    guard hasWildcard(component) else {
      let name = String(String.UnicodeScalarView(unescaped(component)))
      try add(folder + name, rest, into: &found)
      return
    }
    for name in try names(in: folder) where matches(component[...], name) {
      try add(folder + name, rest, into: &found)
    }
  }

  private static func add(
    _ path: String,
    _ rest: ArraySlice<[Unicode.Scalar]>,
    into found: inout [String]
  ) throws(WeirError) {
    if rest.isEmpty {
      if access(path, F_OK) == 0 && !Folder.isFolder(path) { found.append(path) }
    } else if isFolder(path, followingLinks: true) {
      try collect(rest, below: path + "/", into: &found)
    }
  }

  private static func names(in folder: String) throws(WeirError) -> [String] {
    let path = folder.isEmpty ? "." : folder
    // A folder can vanish while we look.
    guard Folder.isFolder(path) else { return [] }
    return try Folder.names(in: path)
  }

  private static func isFolder(_ path: String, followingLinks: Bool) -> Bool {
    if followingLinks { return Folder.isFolder(path) }
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

// MARK: Matching one name

extension Glob {
  private static func hasWildcard(_ scalars: [Unicode.Scalar]) -> Bool {
    var isEscaped = false
    for scalar in scalars {
      if !isEscaped && (scalar == "*" || scalar == "?" || scalar == "[") { return true }
      isEscaped = !isEscaped && scalar == "\\"
    }
    return false
  }

  private static func unescaped(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var isEscaped = false
    for scalar in scalars {
      if scalar == "\\" && !isEscaped {
        isEscaped = true
      } else {
        result.append(scalar)
        isEscaped = false
      }
    }
    return result
  }

  /// Whether a name matches a pattern without slashes.
  ///
  /// Goes back only to the last star, which is enough: O(pattern x name) at worst.
  static func matches(_ pattern: ArraySlice<Unicode.Scalar>, _ name: String) -> Bool {
    let name = Array(name.unicodeScalars)
    if name.first == "." && pattern.first != "." { return false }
    var pattern = pattern
    var position = 0
    var retry: (pattern: ArraySlice<Unicode.Scalar>, position: Int)?
    while position < name.count || !pattern.isEmpty {
      if pattern.first == "*" {
        pattern = pattern.dropFirst()
        retry = (pattern, position)
        continue
      }
      if position < name.count, let rest = afterOne(pattern, name[position]) {
        pattern = rest
        position += 1
        continue
      }
      guard let again = retry, again.position < name.count else { return false }
      retry = (again.pattern, again.position + 1)
      pattern = again.pattern
      position = again.position + 1
    }
    return true
  }

  /// What is left of a pattern after one character that its head matches; nil if it does not.
  private static func afterOne(
    _ pattern: ArraySlice<Unicode.Scalar>,
    _ scalar: Unicode.Scalar
  ) -> ArraySlice<Unicode.Scalar>? {
    guard let head = pattern.first else { return nil }
    let rest = pattern.dropFirst()
    switch head {
    case "?":
      return rest
    case "\\" where !rest.isEmpty:
      return rest.first == scalar ? rest.dropFirst() : nil
    case "[":
      guard let (contains, after) = set(rest, scalar) else { return head == scalar ? rest : nil }
      return contains ? after : nil
    default:
      return head == scalar ? rest : nil
    }
  }

  /// Whether the set after `[` contains a character, and what follows its `]`; nil without a `]`.
  private static func set(
    _ pattern: ArraySlice<Unicode.Scalar>,
    _ scalar: Unicode.Scalar
  ) -> (contains: Bool, after: ArraySlice<Unicode.Scalar>)? {
    var rest = pattern
    let isNegated = rest.first == "!" || rest.first == "^"
    if isNegated { rest = rest.dropFirst() }
    // A `]` that comes first is a member.
    guard let end = rest.dropFirst().firstIndex(of: "]") else { return nil }
    var contains = false
    var index = rest.startIndex
    while index < end {
      if index + 2 < end, rest[index + 1] == "-" {
        contains = contains || (rest[index] <= scalar && scalar <= rest[index + 2])
        index += 3
      } else {
        contains = contains || rest[index] == scalar
        index += 1
      }
    }
    return (contains != isNegated, rest[(end + 1)...])
  }
}
