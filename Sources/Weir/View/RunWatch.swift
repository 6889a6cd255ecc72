import Synchronization
import WeirCore
import WeirRuntime

/// Where what happens in a run is shown.
enum RunDisplay: Sendable {
  /// Redrawn in place on a terminal.
  case live(LiveScreen)
  /// Line by line.
  case log(RunLog)
}

/// Watches a run: keeps its state, and shows it as it changes.
///
/// The coordinator's thread notes; whoever made the watch reads the state when the run is over.
final class RunWatch: RunView, Sendable {
  private struct Content: Sendable {
    var state: RunState
    var display: RunDisplay
  }

  private let content: Mutex<Content>
  private let clocks: @Sendable () -> Moment

  init(
    _ state: RunState,
    _ display: RunDisplay,
    now: @escaping @Sendable () -> Moment = { SystemClocks().now() }
  ) {
    content = Mutex(Content(state: state, display: display))
    clocks = now
  }

  /// The state as it is now.
  var state: RunState { content.withLock { $0.state } }

  func note(_ notice: RunNotice) {
    let now = clocks()
    content.withLock { content in
      content.state.take(notice, at: now)
      switch content.display {
      case .live(var screen):
        if case .warned(let instance, let error) = notice { screen.warn(error, instance) }
        screen.show(content.state, at: now)
        content.display = .live(screen)
      case .log(var log):
        log.note(notice, content.state, at: now)
        content.display = .log(log)
      }
    }
  }

  func complete(_ status: inout JobStatus) {
    let now = clocks()
    content.withLock { $0.state.complete(&status, at: now) }
  }

  /// Notes how a run had ended that was over before.
  func show(_ manifest: Manifest) {
    let now = clocks()
    content.withLock { content in
      for member in manifest.members {
        var progress = InstanceProgress()
        progress.counters = member.snapshot.counters
        progress.watermark = member.snapshot.watermark
        content.state.take(.progress(member.instance, progress), at: now)
        content.state.take(.finished(member.instance), at: now)
      }
    }
  }

  /// Takes the live view away, so that what follows stands on its own.
  func close() {
    content.withLock { content in
      guard case .live(var screen) = content.display else { return }
      screen.clear()
      content.display = .live(screen)
    }
  }
}
