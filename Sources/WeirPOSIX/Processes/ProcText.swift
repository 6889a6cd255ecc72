import Glibc

/// Small files in which the kernel tells of itself.
enum ProcText {
  /// The beginning of a file, at most `most` bytes; nil if it cannot be read, or is empty.
  static func read(_ path: String, most: Int = 4096) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: most)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
