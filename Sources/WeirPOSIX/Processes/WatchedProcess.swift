import CLinux
import Glibc
import WeirCore

/// A process that somebody else has started, and whose end is waited for.
package final class WatchedProcess {
  package let id: pid_t
  /// Readable, without end, once the process has ended; closed with this object.
  package let descriptor: Int32

  /// Watches a process that began at `startTicks`; nil if it has ended.
  ///
  /// Throws E119 if it cannot be watched.
  package init?(_ id: pid_t, startTicks: UInt64) throws(WeirError) {
    let descriptor = weir_pidfd_open(id)
    guard descriptor >= 0 else {
      let number = errno
      if number == ESRCH { return nil }
      throw PosixErrors.watch(id, number)
    }
    // Looked at after it was opened: before, another could have taken the number in between.
    guard ProcessSample(id)?.startTicks == startTicks else {
      close(descriptor)
      return nil
    }
    self.id = id
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Kills it; one that has ended already is no error.
  ///
  /// Throws E120.
  package func kill() throws(WeirError) {
    guard weir_pidfd_send_signal(descriptor, SIGKILL) != 0, errno != ESRCH else { return }
    throw PosixErrors.signal(SIGKILL, id, errno)
  }

  /// Waits until it has ended; false if it has not within the time.
  package func waitForEnd(milliseconds: Int32) -> Bool {
    var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&item, 1, milliseconds) > 0
  }
}
