import Glibc
import Testing

/// A file system of a few megabytes in memory, mounted in a test's folder and taken away with the object.
final class SmallDisk {
  /// True if this program may mount one.
  static let canMount: Bool = {
    let folder = TestFolder()
    guard (try? SmallDisk("disk", in: folder)) != nil else { return false }
    return true
  }()

  private let path: String
  // Outlives the disk, so that it can be removed.
  private let folder: TestFolder
  private var filler: String { "\(path)/.filler" }

  /// Mounts it on a new folder of that name; throws if that cannot be done.
  init(_ name: String, in folder: TestFolder) throws {
    self.folder = folder
    path = "\(folder.path)/\(name)"
    mkdir(path, 0o755)
    let result = mount("tmpfs", path, "tmpfs", UInt(MS_NOSUID | MS_NODEV), "size=48m,mode=755")
    try #require(result == 0, "\"\(path)\" cannot be mounted: error \(errno)")
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// Takes all space that is left.
  func fill() throws {
    let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0, "\"\(filler)\" cannot be made: error \(errno)")
    defer { close(descriptor) }
    for size in [1 << 16, 4096] {
      let bytes = [UInt8](repeating: 1, count: size)
      while write(descriptor, bytes, size) > 0 {}
    }
  }

  /// Gives it back.
  func free() { unlink(filler) }
}
