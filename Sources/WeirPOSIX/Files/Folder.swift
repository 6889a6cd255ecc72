import CLinux
import Glibc
import WeirCore

/// What is done to folders and to the names in them.
package enum Folder {
  // MARK: Making and listing

  /// Creates a folder and those above it where they do not exist; throws E107.
  ///
  /// The mode is that of the last one, before the process's mask; the others get 0755.
  package static func create(_ path: String, mode: mode_t = 0o755) throws(WeirError) {
    if mkdir(path, mode) == 0 { return }
    var number = errno
    let above = parent(of: path)
    if number == ENOENT, above != path {
      try create(above)
      if mkdir(path, mode) == 0 { return }
      number = errno
    }
    if number == EEXIST, isFolder(path) { return }
    throw PosixErrors.createFolder(path, number == EEXIST ? ENOTDIR : number)
  }

  /// The names in a folder, hidden ones too, sorted by their bytes.
  ///
  /// Throws E108, or E115 for a name that is not text. O(names x log names).
  package static func names(in path: String) throws(WeirError) -> [String] {
    guard let stream = opendir(path) else { throw PosixErrors.list(path, errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // The only way to tell the end from a failure.
      errno = 0
      guard let entry = readdir(stream) else { break }
      let bytes = UnsafeRawPointer(entry) + entryNameOffset
      let text = bytes.assumingMemoryBound(to: CChar.self)
      guard let name = String(validatingCString: text) else {
        throw PosixErrors.nameNotText(path, String(cString: text))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw PosixErrors.list(path, errno) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a path leads to a folder.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a path is that of a symbolic link, wherever it leads.
  package static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  // MARK: Removing

  /// Removes a file, a link, or a folder with all that is in it; nothing there is fine.
  ///
  /// Throws E109.
  ///
  /// Links are removed, never followed.
  package static func removeTree(_ path: String) throws(WeirError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw PosixErrors.remove(path, errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      guard unlink(path) == 0 || errno == ENOENT else { throw PosixErrors.remove(path, errno) }
      return
    }
    try empty(path)
    guard rmdir(path) == 0 || errno == ENOENT else { throw PosixErrors.remove(path, errno) }
  }

  /// Removes all that is in a folder; throws E108, E109 or E115.
  package static func empty(_ path: String) throws(WeirError) {
    for name in try names(in: path) { try removeTree("\(path)/\(name)") }
  }

  // MARK: Renaming

  /// Renames within a file system, unless the new name is taken: then E106, and nothing changes.
  ///
  /// Otherwise throws E105. The change is durable after `sync` of the folder. A crash in the middle
  /// can, on file systems that cannot do it in one step (NFS), leave the file under both names.
  package static func rename(_ path: String, to target: String) throws(WeirError) {
    if weir_rename_exclusively(path, target) == 0 { return }
    var number = errno
    if number == EINVAL || number == ENOSYS || number == EOPNOTSUPP {
      if link(path, target) == 0 {
        guard unlink(path) == 0 else { throw PosixErrors.remove(path, errno) }
        return
      }
      number = errno
    }
    if number == EEXIST { throw PosixErrors.taken(target, "publish as") }
    throw PosixErrors.rename(path, to: target, number)
  }

  /// Renames within a file system, in place of what has the new name; throws E105.
  ///
  /// Whoever looks finds the one or the other. The change is durable after `sync` of the folder.
  package static func replace(_ target: String, by path: String) throws(WeirError) {
    guard Glibc.rename(path, target) == 0 else {
      throw PosixErrors.rename(path, to: target, errno)
    }
  }

  /// Makes the names in a folder durable: those made, renamed and removed in it.
  ///
  /// Throws E104.
  package static func sync(_ path: String) throws(WeirError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PosixErrors.sync(path, errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw PosixErrors.sync(path, errno) }
  }

  // MARK: Paths

  /// The folder that holds a path: `out` for `out/alerts.jsonl`, `.` for a bare name.
  package static func parent(of path: String) -> String {
    var end = path.endIndex
    while end > path.startIndex, path[path.index(before: end)] == "/" {
      end = path.index(before: end)
    }
    guard let slash = path[..<end].lastIndex(of: "/") else {
      return end == path.startIndex && !path.isEmpty ? "/" : "."
    }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The absolute path without links that leads to the same place; throws E116.
  package static func realPath(_ path: String) throws(WeirError) -> String {
    guard let resolved = realpath(path, nil) else { throw PosixErrors.resolve(path, errno) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Throws E110 unless a path is a folder, not a link, that is ours and closed to everybody else.
  package static func checkPrivate(_ path: String) throws(WeirError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw PosixErrors.inspect(path, errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw PosixErrors.notPrivate(path, "it is not a folder")
    }
    guard status.st_uid == geteuid() else {
      throw PosixErrors.notPrivate(path, "it belongs to user \(status.st_uid)")
    }
    let mode = status.st_mode & 0o777
    guard mode == 0o700 else {
      throw PosixErrors.notPrivate(path, "its mode is 0\(String(mode, radix: 8))")
    }
  }
}

/// Where the name begins in a directory entry; the declared array is shorter than a name may be.
private let entryNameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
