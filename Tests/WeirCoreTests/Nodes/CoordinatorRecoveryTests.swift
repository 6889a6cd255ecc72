import Testing
import WeirCore

/// The smallest scripts of what the simulator and killed processes have found in the coordinator.
@Suite struct CoordinatorRecoveryTests {
  private typealias Driver = CoordinatorDriver

  @Test func `an instance that hangs in the first rewind is killed, and the run begins without it`()
  {
    var driver = Driver()
    driver.begin()
    driver.say(Driver.source, .rewound(Round(1)))
    let hung = Incarnation(2)
    #expect(driver.processes[Driver.sink] == hung)
    let passed = driver.pass(milliseconds: 4_500, answering: [Driver.source])
    #expect(passed.filter { $0 == .kill(hung) }.count == 1)
    driver.handle(.exited(hung, .killed(signal: 9)))
    driver.bind(Driver.sink)
    let rewinds = driver.told(Driver.source) + driver.told(Driver.sink)
    #expect(rewinds.count == 2)
    for case .rewind(let rewind) in rewinds { #expect(rewind.round == Round(2)) }
    driver.go(2)
    #expect(driver.told(Driver.source).contains(.go(Round(2))))
    #expect(driver.told(Driver.sink).contains(.go(Round(2))))
    #expect(driver.node.phase == .running)
  }

  @Test func `a hang is seen three seconds after the last answer, whenever pings are due`() {
    let hangAfter = CheckpointSettings().hangAfter
    // Between two pings, too: 100 ms is no divisor of their distance.
    for milliseconds in stride(from: Int64(1_000), through: 2_000, by: 100) {
      var driver = Driver()
      driver.begin()
      driver.go()
      let hung = driver.processes[Driver.sink]
      _ = driver.pass(milliseconds: milliseconds, answering: [Driver.source, Driver.sink])
      // One answer more, which came late.
      driver.say(Driver.sink, .pong(0, nil))
      let seenAt = driver.now.advanced(byNanoseconds: hangAfter)
      let before = driver.pass(milliseconds: 2_900, answering: [Driver.source])
      #expect(!before.contains { if case .kill = $0 { true } else { false } })
      // The clock wakes for it, if not before.
      let wakesAt = driver.node.deadline
      #expect(wakesAt.map { $0 <= seenAt } == true)
      let after = driver.pass(milliseconds: 100, answering: [Driver.source])
      #expect(driver.now == seenAt)
      #expect(after.contains(.kill(hung ?? Incarnation(0))))
    }
  }

  @Test func `without checkpoints a hang in the first rewind ends the run and is named`() {
    var driver = Driver(nil)
    driver.begin()
    driver.say(Driver.source, .rewound(Round(1)))
    let passed = driver.pass(milliseconds: 31_000)
    let failures = passed.compactMap { effect -> String? in
      guard case .say(.failed(let instance, let error)) = effect else { return nil }
      return "\(instance) \(error.code)"
    }
    #expect(failures == ["out/0 E405"])
    #expect(driver.node.phase == .killing)
  }

  @Test func `without checkpoints output that cannot be prepared ends the run and says why`() {
    var driver = Driver(nil)
    driver.begin()
    driver.go()
    for instance in [Driver.source, Driver.sink] {
      driver.say(instance, .finished(InstanceProgress()))
    }
    let error = WeirError("E103", "cannot write to \"out/a.jsonl\"")
    driver.say(Driver.sink, .snapshotFailed(Epoch(1), .prepare, error))
    #expect(driver.effects.contains(.say(.failed(Driver.sink, error))))
    #expect(driver.node.phase == .killing)
  }

  @Test func `one that hangs while the run is left is killed, and the run has finished`() {
    var driver = Driver()
    driver.begin()
    driver.go()
    for instance in [Driver.source, Driver.sink] {
      driver.say(instance, .finished(InstanceProgress()))
    }
    for (number, instance) in [Driver.source, Driver.sink].enumerated() {
      let snapshot = InstanceSnapshot(epoch: Epoch(1), incarnation: Incarnation(UInt32(number) + 1))
      driver.say(instance, .snapshotted(snapshot))
    }
    driver.say(Driver.sink, .committed(Epoch(1)))
    #expect(driver.told(Driver.sink) == [.leave])
    driver.handle(.exited(Incarnation(1), .exited(code: 0)))
    let passed = driver.pass(milliseconds: 6_000)
    #expect(passed.contains(.kill(Incarnation(2))))
    driver.handle(.exited(Incarnation(2), .killed(signal: 9)))
    // The spare.
    driver.handle(.exited(Incarnation(3), .killed(signal: 9)))
    #expect(driver.effects == [.end(.finished)])
    #expect(!passed.contains { if case .say(.failed) = $0 { true } else { false } })
  }

  @Test func `whoever stood still itself takes nobody for hung, and then sees who is`() {
    var driver = Driver()
    driver.begin()
    driver.go()
    for _ in 0..<3 {
      let kills = driver.stand(milliseconds: 60_000).filter {
        if case .kill = $0 { true } else { false }
      }
      #expect(kills == [])
    }
    let passed = driver.pass(milliseconds: 4_500, answering: [Driver.source])
    #expect(passed.filter { $0 == .kill(Incarnation(2)) }.count == 1)
    #expect(!passed.contains(.kill(Incarnation(1))))
  }

  @Test func `without checkpoints, whoever stood still itself ends no run for what was due then`() {
    var driver = Driver(nil)
    driver.begin()
    driver.say(Driver.source, .rewound(Round(1)))
    _ = driver.stand(milliseconds: 60_000)
    #expect(driver.node.phase == .starting)
    driver.say(Driver.sink, .rewound(Round(1)))
    #expect(driver.node.phase == .running)
    for instance in [Driver.source, Driver.sink] {
      driver.say(instance, .finished(InstanceProgress()))
    }
    let snapshots = driver.told(Driver.source) + driver.told(Driver.sink)
    #expect(snapshots == [.checkpoint(Epoch(1), isLast: true)])
    for (number, instance) in [Driver.source, Driver.sink].enumerated() {
      let snapshot = InstanceSnapshot(epoch: Epoch(1), incarnation: Incarnation(UInt32(number) + 1))
      driver.say(instance, .snapshotted(snapshot))
    }
    driver.say(Driver.sink, .committed(Epoch(1)))
    #expect(driver.node.phase == .leaving)
    let late = driver.stand(milliseconds: 60_000)
    #expect(late == [] && driver.node.phase == .leaving)
    driver.handle(.exited(Incarnation(1), .exited(code: 0)))
    driver.handle(.exited(Incarnation(2), .exited(code: 0)))
    #expect(driver.effects == [.end(.finished)])
  }

  @Test
  func `a run that goes on opens a checkpoint at once, since nobody knows how old the last is`() {
    for hasRun in [false, true] {
      var record = RunRecord()
      if hasRun { record.numbers.run = 1 }
      var driver = Driver(record: record)
      driver.begin()
      driver.go()
      let isOpened = driver.told(Driver.source).contains(.checkpoint(Epoch(1), isLast: false))
      #expect(isOpened == hasRun)
    }
  }
}
