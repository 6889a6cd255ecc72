/// Paths as a savepoint has them: relative to a folder that is somewhere else on another machine.
enum PortablePath {
  /// The way from a folder to a path, both absolute or both relative to the same.
  static func relative(_ path: String, to folder: String) -> String {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    // However it is spelt: 'in/./a' is known by that name.
    if path.hasPrefix(prefix) { return String(path.dropFirst(prefix.count)) }
    let target = parts(path)
    let start = parts(folder)
    let common = zip(target, start).prefix { $0 == $1 }.count
    let up = [String](repeating: "..", count: start.count - common)
    return (up + target[common...]).joined(separator: "/")
  }

  /// The path to which a way leads from a folder.
  static func resolved(_ way: String, in folder: String) -> String {
    guard way.hasPrefix("../") else { return (folder == "/" ? "" : folder) + "/" + way }
    var path = parts(folder)
    for part in parts(way) {
      guard part == ".." else {
        path.append(part)
        continue
      }
      // Nothing lies above the root.
      if path.popLast() == nil, !folder.hasPrefix("/") { path.append(part) }
    }
    return (folder.hasPrefix("/") ? "/" : "") + path.joined(separator: "/")
  }

  private static func parts(_ path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init)
  }
}
