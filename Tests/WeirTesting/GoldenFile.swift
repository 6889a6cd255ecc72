import Glibc

/// A text that is kept in the repository and compared with what the code says now.
///
/// `UPDATE_GOLDEN=1` writes it anew: the difference is then reviewed like any other change.
package struct GoldenFile {
  package let path: String
  private let isUpdating: Bool

  /// The file `Golden/<name>` in the folder of the calling test.
  package init(_ name: String, of test: String = #filePath) {
    let folder = test.split(separator: "/").dropLast().joined(separator: "/")
    self.init(path: "/\(folder)/Golden/\(name)", isUpdating: getenv("UPDATE_GOLDEN") != nil)
  }

  /// A file anywhere; writes it if `isUpdating`.
  package init(path: String, isUpdating: Bool) {
    self.path = path
    self.isUpdating = isUpdating
  }

  /// Compares a text with the file, or writes the file.
  ///
  /// Returns nil when they agree, otherwise the first line that differs.
  package func difference(from text: String) -> String? {
    if isUpdating {
      return store(text) ? nil : "'\(path)' cannot be written: error \(errno)"
    }
    guard let stored = contents else {
      return "there is no golden file '\(path)'; UPDATE_GOLDEN=1 makes it"
    }
    guard stored != text else { return nil }
    let old = stored.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    for line in 0..<max(old.count, new.count) {
      let before = line < old.count ? String(old[line]) : "the end"
      let after = line < new.count ? String(new[line]) : "the end"
      if before != after {
        return "line \(line + 1) of '\(path)':\n  was \(before)\n  is  \(after)"
      }
    }
    return "'\(path)' differs"
  }

  /// The text of the file, nil if there is none.
  package var contents: String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&block, 1, block.count, file)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += block.prefix(count)
    }
  }

  private func store(_ text: String) -> Bool {
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    mkdir("/\(folder)", 0o755)
    guard let file = fopen(path, "w") else { return false }
    let isWritten = fputs(text, file) >= 0
    return fclose(file) == 0 && isWritten
  }
}
