import CLinux
import Glibc
import WeirCore

/// A new file that grows under a hidden name and gets its final one when it is complete.
///
/// The life of a file: made, appended to, `flush`, `sync`, then `publish`, or `discard`. Whoever
/// finds it under its final name finds all of it, also after the power failed. Bytes go through a
/// buffer of 256 KiB into which a formatter can write directly. One thread at a time.
package final class FileWriter {
  package static let bufferByteCount = 1 << 20

  /// The name it has now.
  package private(set) var path: String
  /// All bytes so far, those in the buffer included.
  package private(set) var length: Int64 = 0
  private var descriptor: Int32
  private var buffer: UnsafeMutableRawBufferPointer
  private var used = 0
  /// Bytes that the system has taken.
  package private(set) var written: Int64 = 0
  /// Bytes that are on their way to the disk, and of those the ones that were waited for.
  private var begun: Int64 = 0
  private var arrived: Int64 = 0

  /// Creates a file that must not exist yet; throws E106 if it does, otherwise E101.
  package init(creating path: String, mode: mode_t = 0o644) throws(WeirError) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let descriptor = Glibc.open(path, flags, mode)
    guard descriptor >= 0 else {
      let number = errno
      if number == EEXIST { throw PosixErrors.taken(path, "create") }
      throw PosixErrors.open(path, number)
    }
    self.path = path
    self.descriptor = descriptor
    buffer = .allocate(byteCount: Self.bufferByteCount, alignment: 64)
  }

  deinit {
    close()
    buffer.deallocate()
  }

  // MARK: Appending

  /// Appends a copy of the bytes; throws E103 when the buffer has to be written and cannot be.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(WeirError) {
    guard bytes.count <= buffer.count else {
      try flush()
      try write(bytes)
      length += Int64(bytes.count)
      return
    }
    try room(bytes.count).copyMemory(from: bytes)
    advance(by: bytes.count)
  }

  /// The free part of the buffer, at least `count` bytes, to be written into directly.
  ///
  /// Valid until the next call of this object; `advance(by:)` says how much was written. Throws
  /// E103 when the buffer has to be written first and cannot be.
  package func room(_ count: Int) throws(WeirError) -> UnsafeMutableRawBufferPointer {
    if buffer.count - used < count { try flush() }
    if buffer.count < count {
      buffer.deallocate()
      buffer = .allocate(byteCount: count, alignment: 64)
    }
    return UnsafeMutableRawBufferPointer(rebasing: buffer[used...])
  }

  /// Counts the first `count` bytes of the room as appended.
  package func advance(by count: Int) {
    precondition(
      count >= 0 && count <= buffer.count - used,
      "\(count) bytes written into a room of \(buffer.count - used) of \"\(path)\""
    )
    used += count
    length += Int64(count)
  }

  /// Hands what is in the buffer to the system; throws E103, and the bytes stay in the buffer.
  package func flush() throws(WeirError) {
    try write(UnsafeRawBufferPointer(rebasing: buffer[0..<used]))
    used = 0
  }

  /// Sends what was written since the last time on its way to the disk, and waits for what was sent
  /// then, so that the end of a large file takes no longer than that of a small one.
  ///
  /// Promises nothing: what is durable only `sync` says.
  package func sendOn() {
    weir_send_on(descriptor, arrived, begun, written)
    arrived = begun
    begun = written
  }

  /// Flushes, and waits until the bytes are on the disk; throws E103 or E104.
  ///
  /// After E104 the file is lost: the system may have dropped bytes and would not say so again.
  package func sync() throws(WeirError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw PosixErrors.sync(path, errno) }
  }

  // MARK: Ending

  /// Gives the file another name while it is written; throws E105, or E106 if the name is taken.
  package func rename(to name: String) throws(WeirError) {
    try Folder.rename(path, to: name)
    path = name
  }

  /// Gives the file its final name, closed and durable; throws E103 to E106.
  ///
  /// A file that has the final name already stays as it is, and this one keeps its hidden name.
  package func publish(as final: String) throws(WeirError) {
    try sync()
    close()
    try Folder.rename(path, to: final)
    path = final
    try Folder.sync(Folder.parent(of: final))
  }

  /// Closes the file and removes it; for what will not be published.
  ///
  /// Throws E109.
  package func discard() throws(WeirError) {
    close()
    guard unlink(path) == 0 || errno == ENOENT else { throw PosixErrors.remove(path, errno) }
  }

  /// Closes the file as it is: what was not flushed is lost.
  ///
  /// A second time is allowed.
  package func close() {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
  }

  /// Writes behind what was written whole: what a failure has cut short is written over.
  private func write(_ bytes: UnsafeRawBufferPointer) throws(WeirError) {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let place = off_t(written) + off_t(done)
      let count = pwrite(descriptor, start + done, bytes.count - done, place)
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw PosixErrors.write(path, errno)
      }
    }
    written += Int64(done)
  }
}
