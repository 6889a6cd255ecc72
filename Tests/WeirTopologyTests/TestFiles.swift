import Glibc
import Testing
import WeirTopology

/// The files beside the tests: examples, bad files, and what is said of them.
enum TestFiles {
  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")

  static func text(_ name: String) throws -> String {
    let file = try #require(fopen("\(folder)/\(name)", "r"), "there is no file '\(name)'")
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// Compares with a golden file; `UPDATE_GOLDEN=1` writes it anew.
  static func compare(_ text: String, with name: String) throws {
    if getenv("UPDATE_GOLDEN") != nil {
      let file = try #require(fopen("\(folder)/\(name)", "w"))
      fputs(text, file)
      fclose(file)
    }
    let golden = try Self.text(name)
    #expect(golden == text)
  }

  /// The names of the bad files, without `.yaml`, in order.
  static func badFiles() -> [String] {
    guard let stream = opendir("\(folder)/Golden") else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".yaml") { names.append(String(name.dropLast(5))) }
    }
    return names.sorted()
  }
}

/// What reading a text gave.
struct Reading {
  var file: TopologyFile?
  var diagnostics: [Diagnostic]
  /// Codes in the order of the file.
  var codes: [String] { diagnostics.map(\.code) }
  /// `line:column` of each.
  var places: [String] { diagnostics.map { "\($0.location.line):\($0.location.column)" } }

  init(_ text: String, _ environment: [String: String] = [:]) {
    let context = TopologyContext(path: "a.yaml", base: "/base", environment: environment)
    var diagnostics = Diagnostics()
    file = TopologyReader.read(text, in: context, &diagnostics)
    self.diagnostics = diagnostics.sorted
  }
}
