import Glibc

/// A folder of its own for one test, removed with the object and all that lies in it.
package final class TemporaryFolder {
  package let path: String

  package init() {
    var template = Array("/tmp/weir-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no temporary folder: error \(errno)")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { Self.removeTree(path) }

  private static func removeTree(_ path: String) {
    if let folder = opendir(path) {
      defer { closedir(folder) }
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
          tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard name != ".", name != ".." else { continue }
        let inner = "\(path)/\(name)"
        // A link to a folder is removed, not followed.
        if entry.pointee.d_type == UInt8(DT_DIR) { removeTree(inner) } else { unlink(inner) }
      }
    }
    rmdir(path)
  }
}
