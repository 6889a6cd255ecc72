import Glibc
import WeirCore

/// A page of memory that outlives its process, whatever kills it: a file that is mapped.
///
/// It outlives no power failure, and need not. One thread at a time.
package final class MarkFile {
  /// `MarkMemory.byteCount` bytes, all zero at first; valid as long as this object.
  package let words: UnsafeMutablePointer<UInt64>

  /// Makes the file and maps it; throws E101, E103 or E106.
  package init(creating path: String) throws(WeirError) {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
    let descriptor = open(path, flags, 0o600)
    guard descriptor >= 0 else {
      let number = errno
      if number == EEXIST { throw PosixErrors.taken(path, "create") }
      throw PosixErrors.open(path, number)
    }
    defer { close(descriptor) }
    let count = MarkMemory.byteCount
    // All of it is there before it is mapped: a full disk must not kill whoever stores into it.
    let failure = posix_fallocate(descriptor, 0, off_t(count))
    guard failure == 0 else { throw PosixErrors.write(path, failure) }
    let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw PosixErrors.open(path, errno) }
    words = address.bindMemory(to: UInt64.self, capacity: count / 8)
  }

  deinit { munmap(words, MarkMemory.byteCount) }

  /// The bytes of a file that a process has left, which is then removed; nil if there is none.
  package static func take(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer {
      close(descriptor)
      unlink(path)
    }
    var bytes = [UInt8](repeating: 0, count: MarkMemory.byteCount)
    let count = read(descriptor, &bytes, bytes.count)
    return count == bytes.count ? bytes : nil
  }
}
