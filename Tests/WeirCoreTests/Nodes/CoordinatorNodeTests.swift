import Testing
import WeirCore
import WeirTesting

/// The conversations of a coordinator, kept in `Golden`; `UPDATE_GOLDEN=1` writes them anew.
@Suite struct CoordinatorNodeTests {
  private typealias Script = CoordinatorScript

  private func compare(_ script: CoordinatorScript, _ name: String) {
    let difference = GoldenFile("\(name).txt").difference(from: script.text)
    #expect(difference == nil)
  }

  @Test func `a run that finishes`() {
    var script = Script()
    script.title("start, link, go, finish")
    script.run()
    script.finish(Script.source)
    script.finish(Script.sink)
    script.complete()
    script.exit(Script.source)
    script.exit(Script.sink)
    compare(script, "finish")
  }

  @Test func `a death at each phase`() {
    var script = Script()
    script.title("while binding")
    script.handle(.started)
    script.exit(Script.source, .killed(signal: 9))
    script.say(Script.sink, .hello(version: InstanceMessage.version))
    script.exit(Script.sink, .killed(signal: 9))
    script.title("while linking")
    script.bind()
    script.exit(Script.sink, .exited(code: 1))
    script.pass(seconds: 1)
    script.exit(Script.source, .killed(signal: 9))
    script.title("while running: the first failure counts")
    script.run()
    script.exit(Script.sink, .killed(signal: 11))
    script.say(Script.source, .lost(WeirError("E406", "cannot send to 'out/0'")))
    script.exit(Script.source, .exited(code: 1))
    script.title("while stopping")
    script.run()
    script.handle(.signalled(.interrupt))
    script.exit(Script.sink, .killed(signal: 9))
    script.exit(Script.source, .killed(signal: 9))
    script.title("while leaving: the output is there already")
    script.run()
    script.finish(Script.source)
    script.finish(Script.sink)
    script.complete()
    script.exit(Script.source, .killed(signal: 9))
    script.exit(Script.sink)
    compare(script, "death")
  }

  @Test func `a reader that has gone stops the run like a signal, however many sinks say so`() {
    var script = Script()
    script.title("while running")
    script.run()
    script.say(Script.sink, .readerGone)
    script.say(Script.sink, .readerGone)
    script.complete()
    script.say(Script.sink, .readerGone)
    script.exit(Script.source)
    script.exit(Script.sink)
    script.title("before the first row")
    script.bind()
    script.say(Script.sink, .readerGone)
    script.exit(Script.source, .killed(signal: 9))
    script.exit(Script.sink, .killed(signal: 9))
    compare(script, "reader")
  }

  @Test func `a warning is passed on and changes nothing`() {
    var script = Script()
    script.title("a warning")
    script.run()
    script.say(Script.source, .warned(WeirError("E417", "'a.log' has gone")))
    compare(script, "warning")
  }

  @Test func `a lost peer is told of only when nobody says why`() {
    var script = Script()
    let lost = WeirError("E406", "cannot send to 'out/0'")
    script.title("the peer's own words come later")
    script.run()
    script.say(Script.source, .lost(lost))
    script.say(Script.sink, .failed(WeirError("E103", "write \"out/a.jsonl\"")))
    script.exit(Script.sink, .exited(code: 1))
    script.title("the peer says nothing")
    script.run()
    script.say(Script.source, .lost(lost))
    script.pass(seconds: 2)
    script.exit(Script.sink, .killed(signal: 9))
    compare(script, "lost-peer")
  }

  @Test func `a failure that an instance tells itself`() {
    var script = Script()
    script.title("a failing row")
    script.run()
    script.say(Script.source, .failed(WeirError("E502", "source 'in' read a bad record")))
    script.exit(Script.source, .exited(code: 1))
    script.exit(Script.sink, .killed(signal: 9))
    script.title("another version")
    script.handle(.started)
    script.say(Script.source, .hello(version: 99))
    script.title("a process that cannot be started")
    script.handle(.started)
    script.handle(.spawnFailed(Incarnation(1), WeirError("E201", "start a process")))
    script.exit(Script.sink, .killed(signal: 9))
    compare(script, "failure")
  }

  @Test func `a run that is asked to stop`() {
    var script = Script()
    script.title("before rows flow")
    script.bind()
    script.handle(.signalled(.interrupt))
    script.exit(Script.source, .killed(signal: 9))
    script.exit(Script.sink, .killed(signal: 9))
    script.title("by Ctrl-C: the last checkpoint is made visible")
    script.run()
    script.handle(.signalled(.interrupt))
    script.complete()
    script.exit(Script.source)
    script.exit(Script.sink)
    script.title("by Ctrl-C twice: nobody waits")
    script.run()
    script.handle(.signalled(.interrupt))
    script.handle(.signalled(.interrupt))
    script.exit(Script.source, .killed(signal: 9))
    script.exit(Script.sink, .killed(signal: 9))
    script.title("by SIGTERM")
    script.run()
    script.handle(.signalled(.terminate))
    script.complete()
    script.exit(Script.source)
    script.exit(Script.sink)
    script.title("after all is visible")
    script.run()
    script.handle(.signalled(.interrupt))
    script.complete()
    script.handle(.signalled(.interrupt))
    compare(script, "stop")
  }

  @Test func `instances that do not answer in time`() {
    var script = Script()
    script.title("while binding: the one that is not bound is named")
    script.handle(.started)
    script.say(Script.source, .hello(version: InstanceMessage.version))
    script.say(Script.source, .bound(endpoint: "at in/0"))
    script.pass(seconds: 29)
    script.pass(seconds: 2)
    script.title("while stopping: sources need not answer")
    script.run()
    script.handle(.signalled(.interrupt))
    script.pass(seconds: 31)
    script.title("while leaving")
    script.run()
    script.finish(Script.source)
    script.finish(Script.sink)
    script.complete()
    script.exit(Script.source)
    script.pass(seconds: 6)
    script.exit(Script.sink, .killed(signal: 9))
    compare(script, "time")
  }
}
