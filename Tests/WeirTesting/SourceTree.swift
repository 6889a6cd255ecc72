import Glibc

/// The repository's own sources, for tests that read them.
package enum SourceTree {
  /// One Swift file.
  package struct File {
    /// From the top of the repository, such as `Sources/WeirCore/Time/PartitionClock.swift`.
    package let path: String
    package let lines: [String]

    /// The modules that it imports.
    package var imports: [String] {
      lines.compactMap { line in
        let words = line.split(separator: " ")
        guard let word = words.firstIndex(of: "import"), word < 2, word + 1 < words.count else {
          return nil
        }
        guard words[..<word].allSatisfy({ $0.hasPrefix("@") || $0 == "package" }) else {
          return nil
        }
        return words[word + 1].split(separator: ".").first.map { String($0) }
      }
    }
  }

  /// All Swift files below a folder of the repository, in the order of their paths.
  package static func files(below folder: String, here: String = #filePath) -> [File] {
    let top = here.split(separator: "/").dropLast(3).joined(separator: "/")
    return paths("/\(top)", folder).sorted().map { path in
      let text = GoldenFile(path: "/\(top)/\(path)", isUpdating: false).contents ?? ""
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return File(path: path, lines: lines.map { String($0) })
    }
  }

  private static func paths(_ top: String, _ path: String) -> [String] {
    guard let folder = opendir("\(top)/\(path)") else { return [] }
    defer { closedir(folder) }
    var found: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      if entry.pointee.d_type == UInt8(DT_DIR) {
        found += paths(top, "\(path)/\(name)")
      } else if name.hasSuffix(".swift") {
        found.append("\(path)/\(name)")
      }
    }
    return found
  }
}
