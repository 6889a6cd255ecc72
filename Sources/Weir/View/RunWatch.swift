import Synchronization
import WeirCore
import WeirPOSIX
import WeirRuntime

/// Watches a run: keeps its state, logs what happens, and shows it on a terminal as it changes.
///
/// The coordinator's thread notes; whoever made the watch reads the state when the run is over.
final class RunWatch: RunView, Sendable {
  private struct Content: Sendable {
    var state: RunState
    var log: RunLog
    var screen: LiveScreen?
    var history: CheckpointHistory.Writer?
    var machine = MachineMeter()
  }

  private let content: Mutex<Content>
  private let whenRunning: @Sendable () -> Void

  /// Makes a watch; `screen` is the live view, if there is one, and `whenRunning` is called when all
  /// instances run for the first time.
  init(
    _ state: RunState,
    _ log: RunLog,
    screen: LiveScreen?,
    history: CheckpointHistory.Writer?,
    whenRunning: @escaping @Sendable () -> Void
  ) {
    content = Mutex(Content(state: state, log: log, screen: screen, history: history))
    self.whenRunning = whenRunning
  }

  /// The state as it is now.
  var state: RunState { content.withLock { $0.state } }

  func note(_ notice: RunNotice) {
    let now = SystemClocks().now()
    content.withLock { content in
      content.state.take(notice, at: now)
      content.log.note(notice, content.state, at: now)
      content.history?.note(notice, at: now.wall)
      if content.machine.isDue(at: now.instant), let use = ProcessorUse.current() {
        content.machine.note(use, at: now.instant)
      }
      if case .warned(let instance, let error) = notice { content.screen?.warn(error, instance) }
      content.screen?.show(content.state, at: now)
    }
    if case .running = notice { whenRunning() }
  }

  func complete(_ status: inout JobStatus) {
    let now = SystemClocks().now()
    content.withLock {
      status.machine = $0.machine.machine
      $0.state.complete(&status, at: now)
    }
  }

  /// Takes the live view away, so that what follows stands on its own.
  func close() { content.withLock { $0.screen?.clear() } }
}
