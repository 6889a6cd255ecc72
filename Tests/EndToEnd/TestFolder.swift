import Glibc

/// A folder of its own for one test: inputs, outputs, state and sockets; removed with the object.
final class TestFolder {
  let path: String
  /// What `XDG_RUNTIME_DIR` is set to: every socket of the test's runs lies below it.
  let runtime: String
  private var count = 0

  init() {
    var template = Array("/tmp/weir-e2e-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no temporary folder: error \(errno)")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    runtime = path + "/r"
    precondition(mkdir(runtime, 0o700) == 0, "no folder \"\(runtime)\": error \(errno)")
  }

  deinit { Self.remove(path) }

  /// A new number for each process, for the names of its output.
  func nextNumber() -> Int {
    count += 1
    return count
  }

  // MARK: Files

  /// Writes a file, and makes the folders above it.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) -> String {
    let file = "\(path)/\(name)"
    let parts = name.split(separator: "/").dropLast()
    for end in parts.indices {
      mkdir("\(path)/" + parts[...end].joined(separator: "/"), 0o755)
    }
    guard let stream = fopen(file, "w") else {
      preconditionFailure("cannot write \"\(file)\": error \(errno)")
    }
    defer { fclose(stream) }
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
    precondition(written == bytes.count, "cannot write \"\(file)\": error \(errno)")
    return file
  }

  @discardableResult
  func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

  /// The text of a file of the folder; empty if there is none.
  func text(_ name: String) -> String { Self.text("\(path)/\(name)") }

  /// The lines of a file of the folder, in order of their text.
  func sortedLines(_ name: String) -> [String] { Self.lines(text(name)).sorted() }

  /// The lines of all files of a folder whose names begin so, in order of their text.
  func sortedLines(in folder: String, prefix: String) -> [String] {
    names(in: folder).filter { $0.hasPrefix(prefix) }
      .flatMap { Self.lines(text("\(folder)/\($0)")) }.sorted()
  }

  /// The names in a folder of this one, in order.
  func names(in folder: String) -> [String] { Self.names("\(path)/\(folder)") }

  static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
  }

  static func names(_ folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// All of a file; empty if there is none.
  static func text(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }

  static func bytes(_ path: String) -> [UInt8] {
    guard let stream = fopen(path, "r") else { return [] }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&block, 1, block.count, stream)
      if count == 0 { return bytes }
      bytes += block.prefix(count)
    }
  }

  private static func remove(_ path: String) {
    for name in names(path) {
      let inner = "\(path)/\(name)"
      if unlink(inner) != 0 { remove(inner) }
    }
    rmdir(path)
  }
}
