import WeirCore
import WeirPOSIX

/// Finds a file again that is followed, under whatever name it has now.
///
/// Looked at are the name that it had, what matches the pattern, and, since files are rotated out of
/// it, all in the folder that it was in and below.
struct FileSearch {
  let pattern: String

  /// Names that are looked at in folders, at most: where files are rotated to lie few of them.
  static let mostNames = 100_000

  /// The file of an inode that `isIt`, and its path; nil if there is none.
  ///
  /// Throws what keeps the file from being read. O(names).
  func find(
    _ identity: FileIdentity,
    lastAt path: String,
    _ isIt: (FileReader) throws(WeirError) -> Bool
  ) throws(WeirError) -> (FileReader, String)? {
    if let found = try open(path, identity, isIt) { return (found, path) }
    for path in try Glob(pattern).paths() {
      if let found = try open(path, identity, isIt) { return (found, path) }
    }
    var left = Self.mostNames
    return try find(below: Folder.parent(of: path), identity, isIt, &left)
  }

  private func find(
    below folder: String,
    _ identity: FileIdentity,
    _ isIt: (FileReader) throws(WeirError) -> Bool,
    _ left: inout Int
  ) throws(WeirError) -> (FileReader, String)? {
    // What may not be looked into is passed over.
    guard Folder.isFolder(folder), let names = try? Folder.names(in: folder) else { return nil }
    var folders: [String] = []
    for name in names {
      guard left > 0 else { return nil }
      left -= 1
      let path = "\(folder)/\(name)"
      if Folder.isFolder(path) {
        if !Folder.isLink(path) { folders.append(path) }
      } else if let found = try open(path, identity, isIt) {
        return (found, path)
      }
    }
    for inner in folders {
      if let found = try find(below: inner, identity, isIt, &left) { return found }
    }
    return nil
  }

  /// The file of a path, if it is the one.
  ///
  /// Its device may have another number after the system was started again; and one that has gone may
  /// have left its inode to a new one.
  private func open(
    _ path: String,
    _ identity: FileIdentity,
    _ isIt: (FileReader) throws(WeirError) -> Bool
  ) throws(WeirError) -> FileReader? {
    guard let named = try FileReader.identity(of: path), named.inode == identity.inode else {
      return nil
    }
    let file: FileReader
    do throws(WeirError) {
      file = try FileReader(path)
    } catch {
      // It can vanish while we look.
      if try FileReader.identity(of: path) == nil { return nil }
      throw error
    }
    return try isIt(file) ? file : nil
  }
}
