import Glibc
import WeirCore

/// A file whose bytes are written over where they are: what is written outlives the process, whatever
/// kills it, and is never synced.
///
/// One thread at a time.
package final class InPlaceFile {
  package let path: String
  private let descriptor: Int32

  /// Opens or makes the file; throws E101.
  package init(_ path: String) throws(WeirError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PosixErrors.open(path, errno) }
    self.path = path
  }

  deinit { close(descriptor) }

  /// Writes at an offset, in one piece where the system can; throws E103.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(WeirError) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, start + done, bytes.count - done, off_t(offset) + off_t(done))
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw PosixErrors.write(path, errno)
      }
    }
  }

  /// The bytes at an offset; nil if the file does not have them all.
  ///
  /// Throws E102.
  package func bytes(_ count: Int, at offset: Int64) throws(WeirError) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = bytes.withUnsafeMutableBytes { raw in
        raw.baseAddress.map { start in
          pread(descriptor, start + done, count - done, off_t(offset) + off_t(done))
        } ?? 0
      }
      if read == 0 { return nil }
      if read > 0 {
        done += read
      } else if errno != EINTR {
        throw PosixErrors.read(path, errno)
      }
    }
    return bytes
  }
}
