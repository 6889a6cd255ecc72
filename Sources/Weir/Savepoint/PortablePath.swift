/// Paths as a savepoint has them: relative to a folder that is somewhere else on another machine.
enum PortablePath {
  /// The way from a folder to a path, both absolute or both relative to the same.
  static func relative(_ path: String, to folder: String) -> String {
    let target = parts(path)
    let start = parts(folder)
    let common = zip(target, start).prefix { $0 == $1 }.count
    let up = [String](repeating: "..", count: start.count - common)
    return (up + target[common...]).joined(separator: "/")
  }

  /// The path to which a way leads from a folder.
  static func resolved(_ way: String, in folder: String) -> String {
    var path = parts(folder)
    for part in parts(way) {
      if part == "..", !path.isEmpty { path.removeLast() } else { path.append(part) }
    }
    return (folder.hasPrefix("/") ? "/" : "") + path.joined(separator: "/")
  }

  private static func parts(_ path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init)
  }
}
