import CLinux
import Glibc
import WeirCore

/// The death of the coordinator, seen from an instance: it must not outlive it.
package enum ParentDeath {
  /// Ties this process to the life of its coordinator; the first thing that an instance does.
  ///
  /// The kernel then kills it when the thread that spawned it ends. The coordinator may have died
  /// before we asked, and then nothing would come; but its end of the pipe is closed by then, so a
  /// look at the pipe after asking misses neither order. Poll `lifePipe` in the loop besides: it is
  /// readable once the coordinator has ended, even where the kernel's promise was lost.
  ///
  /// Throws E121 if the coordinator has ended, E122 if the kernel refuses.
  package static func arrange(lifePipe: Int32) throws(WeirError) {
    guard weir_set_parent_death_signal(SIGKILL) == 0,
      fcntl(lifePipe, F_SETFD, FD_CLOEXEC) == 0
    else {
      throw PosixErrors.parentDeath(errno)
    }
    var item = pollfd(fd: lifePipe, events: Int16(POLLIN), revents: 0)
    let found = poll(&item, 1, 0)
    guard found >= 0 else { throw PosixErrors.parentDeath(errno) }
    if found > 0 { throw PosixErrors.parentGone() }
  }
}
