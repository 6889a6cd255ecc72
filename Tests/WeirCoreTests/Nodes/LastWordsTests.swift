import Testing
import WeirCore

/// A process that exits by itself has mostly said why, and its end may be known first.
@Suite struct LastWordsTests {
  private typealias Driver = CoordinatorDriver
  private static let words = WeirError("E103", "write \"out/a.jsonl\"", recovery: .restart)

  private func running(_ settings: CheckpointSettings? = CheckpointSettings()) -> Driver {
    var driver = Driver(settings)
    driver.begin()
    driver.go()
    return driver
  }

  private func process(_ driver: Driver) -> Incarnation {
    driver.processes[Driver.sink] ?? Incarnation(0)
  }

  /// What is told of the death of the sink.
  private func told(_ effects: [CoordinatorEffect]) -> [String] {
    effects.compactMap { effect in
      switch effect {
      case .say(.died(Driver.sink, let error)): "died \(error.code)"
      case .say(.failed(Driver.sink, let error)): "failed \(error.code)"
      default: nil
      }
    }
  }

  private func isReplaced(_ effects: [CoordinatorEffect]) -> Bool {
    effects.contains {
      switch $0 {
      case .spawn(_, Driver.sink), .assign(_, Driver.sink): true
      default: false
      }
    }
  }

  @Test func `words that come after the exit say why, and the replacement starts with them`() {
    var driver = running()
    let seenAt = driver.now
    driver.handle(.exited(process(driver), .exited(code: 1)))
    #expect(told(driver.effects) == [])
    driver.say(Driver.sink, .failed(Self.words))
    #expect(told(driver.effects) == ["died E103"])
    #expect(isReplaced(driver.effects))
    #expect(driver.node.recoveries.last?.failures.map(\.seenAt) == [seenAt])
  }

  @Test func `one that exits without a word is replaced a moment later`() {
    var driver = running()
    let seenAt = driver.now
    driver.handle(.exited(process(driver), .exited(code: 1)))
    #expect(
      driver.node.deadline
        == seenAt.advanced(byNanoseconds: CoordinatorNode.lastWordsNanoseconds)
    )
    let passed = driver.pass(milliseconds: 100)
    #expect(told(passed) == ["died E404"])
    #expect(isReplaced(passed))
    #expect(driver.node.recoveries.last?.failures.map(\.seenAt) == [seenAt])
  }

  @Test func `a signal leaves no time for words, so the replacement does not wait`() {
    for signal in [9, 11] as [Int32] {
      var driver = running()
      driver.handle(.exited(process(driver), .killed(signal: signal)))
      #expect(told(driver.effects) == ["died E404"])
      #expect(isReplaced(driver.effects))
    }
  }

  @Test func `words that end the run end it, also when they come after the exit`() {
    let final = WeirError("E502", "a bad record", blame: .user, recovery: .stop)
    for (settings, words) in [(nil, Self.words), (CheckpointSettings(), final)] {
      var driver = running(settings)
      driver.handle(.exited(process(driver), .exited(code: 1)))
      driver.say(Driver.sink, .failed(words))
      #expect(told(driver.effects) == ["failed \(words.code)"])
      driver.handle(.exited(driver.processes[Driver.source] ?? Incarnation(0), .killed(signal: 9)))
      let spare = settings == nil ? [] : [Incarnation(3)]
      for process in spare { driver.handle(.exited(process, .killed(signal: 9))) }
      #expect(driver.effects.contains(.end(.failed)))
    }
  }

  @Test func `a stop at once does not wait for words, nor for an exit that was seen`() {
    var driver = running(nil)
    driver.handle(.exited(process(driver), .exited(code: 1)))
    driver.handle(.stopRequested(.now))
    #expect(!driver.effects.contains { if case .end = $0 { true } else { false } })
    driver.handle(.exited(driver.processes[Driver.source] ?? Incarnation(0), .killed(signal: 9)))
    #expect(driver.effects.contains(.end(.stopped)))
  }

  @Test func `a process that has ended and is found silent meanwhile is replaced once`() {
    var driver = running()
    _ = driver.pass(milliseconds: 2_950, answering: [Driver.source])
    let gone = process(driver)
    driver.handle(.exited(gone, .exited(code: 1)))
    var passed = driver.pass(milliseconds: 500, answering: [Driver.source])
    passed += driver.effects
    #expect(told(passed).count == 1)
    #expect(isReplaced(passed))
    #expect(process(driver) != gone)
  }

  @Test func `a spare of another program is never used, and what takes its place says so`() {
    var driver = running()
    // The spare.
    driver.handle(.messageReceived(Incarnation(3), .hello(version: 99)))
    #expect(driver.node.phase == .running)
    driver.handle(.exited(process(driver), .killed(signal: 9)))
    #expect(driver.effects.contains(.spawn(Incarnation(4), Driver.sink)))
    driver.handle(.messageReceived(Incarnation(4), .hello(version: 99)))
    #expect(told(driver.effects) == ["failed E403"])
  }
}
