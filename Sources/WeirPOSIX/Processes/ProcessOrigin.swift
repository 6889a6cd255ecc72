import Glibc
import WeirCore

/// How a process was started: enough to start another one like it.
package struct ProcessOrigin: Hashable, Sendable {
  /// All of them: the first names the program.
  package var arguments: [String]
  /// As it was at the start.
  package var environment: [String: String]
  /// Its working folder now.
  package var folder: String
  /// Where its standard output and error go: the paths of files that can be opened again, nil for
  /// terminals, pipes, and files that were removed.
  package var output: String?
  package var errors: String?

  /// Looks at a process of this user; throws E125 if it has ended or is somebody else's.
  package init(_ process: pid_t) throws(WeirError) {
    let place = "/proc/\(process)"
    guard let words = Self.texts("\(place)/cmdline"),
      let variables = Self.texts("\(place)/environ"),
      let folder = Self.target("\(place)/cwd")
    else { throw PosixErrors.process(errno) }
    arguments = words
    environment = [:]
    for variable in variables {
      guard let equals = variable.firstIndex(of: "=") else { continue }
      environment[String(variable[..<equals])] = String(variable[variable.index(after: equals)...])
    }
    self.folder = folder
    output = Self.file("\(place)/fd/1")
    errors = Self.file("\(place)/fd/2")
  }

  /// Starts a process with that command line, environment and folder, whose output is appended to the
  /// files of the old one.
  ///
  /// The folder of this process becomes that one too. Throws E101 if a file or the folder cannot be
  /// opened, E118 or E119 if the process cannot be started.
  package func startAgain(_ executable: String) throws(WeirError) -> ChildProcess {
    guard chdir(folder) == 0 else { throw PosixErrors.open(folder, errno) }
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    for path in [output, errors] {
      let path = path ?? "/dev/null"
      let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
      guard descriptor >= 0 else { throw PosixErrors.open(path, errno) }
      opened.append(descriptor)
    }
    return try ChildProcess.spawn(
      executable: executable,
      arguments: arguments,
      environment: environment,
      descriptors: [.init(opened[0], as: 1), .init(opened[1], as: 2)]
    )
  }

  /// The path of a file or of `/dev/null`; nil for anything else.
  private static func file(_ link: String) -> String? {
    guard let path = target(link) else { return nil }
    if path == "/dev/null" { return path }
    var here = stat()
    var there = stat()
    guard stat(link, &here) == 0, stat(path, &there) == 0, here.st_ino == there.st_ino,
      here.st_dev == there.st_dev, here.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return path
  }

  private static func target(_ link: String) -> String? {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &path, path.count)
    guard count > 0 else { return nil }
    return String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The texts of a file that ends each with a zero.
  private static func texts(_ path: String) -> [String]? {
    guard let stream = fopen(path, "re") else { return nil }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&block, 1, block.count, stream)
      if count == 0 { break }
      bytes += block.prefix(count)
    }
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
