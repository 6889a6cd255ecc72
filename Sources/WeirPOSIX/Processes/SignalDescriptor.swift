import CLinux
import Glibc
import WeirCore

/// Signals as something to poll and read, instead of a handler that interrupts anything anywhere.
///
/// The signals are blocked in the calling thread and in all that it starts afterwards: make the one
/// object of a process on its main thread before anything else starts a thread. They stay blocked,
/// because a signal that comes after the end of the object would otherwise end the process.
/// A process that is the first of its container gets no default action for signals at all, but
/// gets these; it should add SIGCHLD and collect `Orphans`.
package final class SignalDescriptor {
  /// Readable while a signal waits; closed with this object.
  package let descriptor: Int32

  /// Blocks the signals and listens for them; throws E124.
  package init(_ signals: [Int32]) throws(WeirError) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    let failure = pthread_sigmask(SIG_BLOCK, &set, nil)
    guard failure == 0 else { throw PosixErrors.signals(failure) }
    let descriptor = weir_signalfd(&set)
    guard descriptor >= 0 else { throw PosixErrors.signals(errno) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The number of the next signal, nil if none waits; throws E124.
  ///
  /// The same signal sent several times before it is read comes once.
  package func next() throws(WeirError) -> Int32? {
    let number = weir_signalfd_next(descriptor)
    guard number >= 0 else { throw PosixErrors.signals(errno) }
    return number == 0 ? nil : number
  }

  /// Whether a blocked signal that asks this process to end (SIGINT, SIGTERM) waits, also when nobody
  /// listens any more.
  package static var isEndAsked: Bool {
    var set = sigset_t()
    guard sigpending(&set) == 0 else { return false }
    return sigismember(&set, SIGINT) == 1 || sigismember(&set, SIGTERM) == 1
  }
}
