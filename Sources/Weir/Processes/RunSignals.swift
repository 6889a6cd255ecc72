import Glibc
import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirZeroMQ

/// The signals that a run listens to, as entries of its loop.
final class RunSignals: SignalGateway {
  private let descriptor: SignalDescriptor

  /// Blocks the signals; SIGCHLD only wakes the loop, which looks at its children anyway.
  init(loop: LoopExecutor) throws(WeirError) {
    descriptor = try SignalDescriptor([SIGINT, SIGTERM, SIGHUP, SIGCHLD])
    _ = loop.add(descriptor: descriptor.descriptor)
  }

  func next() -> StopSignal? {
    // A signal that cannot be read cannot be obeyed; the next one can.
    while let number = try? descriptor.next() {
      switch number {
      case SIGINT: return .interrupt
      case SIGTERM: return .terminate
      case SIGHUP: return .hangup
      default: continue
      }
    }
    return nil
  }
}
