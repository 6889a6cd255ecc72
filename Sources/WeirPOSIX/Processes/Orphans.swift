import CLinux
import Glibc

/// Processes whose parents have ended, and which the system has given to this one to collect.
package enum Orphans {
  /// Collects those that have ended, up to the first child of our own, which its owner collects.
  ///
  /// Call it after SIGCHLD, and again after each `exitStatus()` that gave one: an orphan may have
  /// waited behind that child.
  package static func collect(sparing isOurs: (pid_t) -> Bool) {
    while true {
      let process = weir_ended_child()
      guard process > 0, !isOurs(process) else { return }
      var status: Int32 = 0
      guard waitpid(process, &status, WNOHANG) > 0 else { return }
    }
  }
}
