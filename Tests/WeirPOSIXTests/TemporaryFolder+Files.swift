import Glibc
import WeirPOSIX
import WeirTesting

extension TemporaryFolder {
  /// Makes a file, and the folders above it.
  @discardableResult
  func file(_ name: String, _ text: String = "") throws -> String {
    let path = "\(path)/\(name)"
    try Folder.create(Folder.parent(of: path))
    let writer = try FileWriter(creating: path)
    try writer.append(text)
    try writer.flush()
    return path
  }
}

extension FileWriter {
  func append(_ text: String) throws {
    try Array(text.utf8).withUnsafeBytes { try append($0) }
  }
}

/// All of a file.
func contents(_ path: String) throws -> String {
  let reader = try FileReader(path)
  var bytes = [UInt8](repeating: 0, count: Int(try reader.size()))
  let count = try bytes.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}

/// Whether a descriptor becomes readable, or hangs up, within 20 seconds.
func becomesReadable(_ descriptor: Int32) -> Bool {
  var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&item, 1, 20_000) == 1
}

func isReadable(_ descriptor: Int32) -> Bool {
  var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&item, 1, 0) == 1
}

/// All that is written to a pipe until its last writer closes it.
func drain(_ descriptor: Int32) -> String {
  var result: [UInt8] = []
  var bytes = [UInt8](repeating: 0, count: 4096)
  while becomesReadable(descriptor) {
    let count = read(descriptor, &bytes, bytes.count)
    if count <= 0 { break }
    result += bytes.prefix(count)
  }
  return String(decoding: result, as: UTF8.self)
}
