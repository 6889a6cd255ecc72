import Foundation
import Testing
import WeirCore

/// When a process that fails again and again is given up.
///
/// A checkpoint of the script comes 20 s after
/// the last death at the earliest.
@Suite struct RestartBudgetTests {
  /// Lets the process die again and again, with a complete checkpoint between each two; says how often
  /// it did before the run was given up, nil if it never was.
  private func deaths(
    _ script: inout PoisonScript,
    of end: ProcessEnd = .killed(signal: 11),
    atMost most: Int = 30
  ) -> Int? {
    for number in 1...most {
      script.dieIdle(end)
      guard script.node.phase == .running else { return number }
      script.checkpoint(seen: UInt64(number))
    }
    return nil
  }

  @Test func `one that crashes more slowly than checkpoints come is given up, with each crash`()
    throws
  {
    for end in [ProcessEnd.killed(signal: 11), .exited(code: 3)] {
      var script = PoisonScript()
      #expect(deaths(&script, of: end) == 6)
      let failure = try #require(script.failure)
      #expect(failure.code == "E423")
      #expect(
        failure.message == "'work/0' failed 6 times, more often than 'restarts' allows"
      )
      let causes = failure.detail?.components(separatedBy: "; ") ?? []
      #expect(causes.count == 6)
      #expect(causes.allSatisfy { $0.hasSuffix(": 'work/0' died: \(end)") }, "\(causes)")
      #expect(causes.last?.hasPrefix("the last time: ") == true)
      let seconds = causes.dropLast().compactMap { $0.split(separator: " ").first }
        .compactMap { Double($0) }
      #expect(seconds.count == 5 && seconds == seconds.sorted(by: >), "\(causes)")
    }
  }

  @Test func `crashes that are far enough apart count no more`() {
    var script = PoisonScript(restartsWithin: 60_000_000_000)
    #expect(deaths(&script) == nil)
    #expect(script.node.phase == .running)
  }

  @Test func `kills from outside may go on for ever if a checkpoint is complete in between`() {
    for signal in [1, 2, 9, 15] as [Int32] {
      var script = PoisonScript()
      #expect(deaths(&script, of: .killed(signal: signal)) == nil)
    }
  }

  @Test func `without a checkpoint in between every death counts, however far apart they are`() {
    for end in [ProcessEnd.killed(signal: 11), .killed(signal: 9)] {
      var script = PoisonScript(mostRestarts: 3, restartsWithin: 1_000_000_000)
      var count = 0
      while script.node.phase == .running, count < 30 {
        script.dieIdle(end)
        count += 1
      }
      #expect(count == 4)
      #expect(script.failure?.code == "E423")
    }
  }

  @Test func `a crash and kills add up only until the next checkpoint`() {
    var script = PoisonScript(mostRestarts: 2)
    script.dieIdle()
    script.dieIdle(.killed(signal: 9))
    #expect(script.node.phase == .running)
    script.checkpoint(seen: 1)
    script.dieIdle(.killed(signal: 9))
    #expect(script.node.phase == .running)
    script.dieIdle()
    #expect(script.failure?.code == "E423")
  }

  @Test func `of very many failures the last ones are told`() {
    var script = PoisonScript(mostRestarts: 40, restartsWithin: 36_000_000_000_000)
    for number in 1...41 {
      script.dieIdle()
      // Pauses have grown to more than a minute.
      script.pass(seconds: 70)
      script.checkpoint(seen: UInt64(number))
    }
    #expect(script.failure?.detail?.hasPrefix("31 earlier ones; ") == true)
  }
}
