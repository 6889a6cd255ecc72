import Glibc
import WeirCore

/// A regular file that is read at offsets, also while somebody appends to it.
///
/// One thread at a time.
package final class FileReader {
  package let path: String
  /// Which file was opened; compare with `FileReader.identity(of:)` to see that it was replaced.
  package let identity: FileIdentity
  private var descriptor: Int32

  /// Opens a file for reading; throws E101, or E114 for what is not a regular file.
  package init(_ path: String) throws(WeirError) {
    // Not blocking, or a named pipe would keep us here until somebody writes to it.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw PosixErrors.open(path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let number = errno
      Glibc.close(descriptor)
      throw PosixErrors.open(path, number)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      Glibc.close(descriptor)
      throw PosixErrors.notRegular(path)
    }
    self.path = path
    self.descriptor = descriptor
    identity = FileIdentity(status)
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  deinit { close() }

  /// The bytes that the file has now; throws E102.
  package func size() throws(WeirError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw PosixErrors.read(path, errno) }
    return Int64(status.st_size)
  }

  /// Whether the file still has a name anywhere; one without is removed when it is closed.
  ///
  /// Throws E102.
  package func hasName() throws(WeirError) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw PosixErrors.read(path, errno) }
    return status.st_nlink > 0
  }

  /// Reads from an offset until the buffer is full or the file ends, and returns how many bytes.
  ///
  /// Fewer than asked for means the end of the file as it is now. Throws E102.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer,
    at offset: Int64
  ) throws(WeirError) -> Int {
    guard let start = buffer.baseAddress else { return 0 }
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, start + done, buffer.count - done, off_t(offset) + off_t(done))
      if count == 0 { break }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw PosixErrors.read(path, errno)
      }
    }
    return done
  }

  /// Closes the file; a second time is allowed, reading after it is our bug.
  package func close() {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
  }

  /// Which file has that path now, nil if none has; throws E117.
  package static func identity(of path: String) throws(WeirError) -> FileIdentity? {
    var status = stat()
    if stat(path, &status) == 0 { return FileIdentity(status) }
    let number = errno
    if number == ENOENT || number == ENOTDIR { return nil }
    throw PosixErrors.inspect(path, number)
  }
}

extension FileIdentity {
  init(_ status: stat) {
    self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}
