import Testing
import WeirCore

@testable import Weir

/// What a drill says of a recovery, and whether a goal was kept.
@Suite struct DrillReportTests {
  private static func at(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  /// A death seen at 1,001 ms, from which everything is back at 1,200 ms.
  private static func recovery() -> Recovery {
    var source = Recovery.Member(InstanceID("payments", 0), .source)
    source.rowsAt = at(1050)
    source.caughtUpAt = at(1200)
    source.replayed = 41_239
    var window = Recovery.Member(InstanceID("spend", 0), .operator)
    window.boundAt = at(1014)
    window.rewoundAt = at(1030)
    window.stateBytes = 5_668_904
    window.rowsAt = at(1061)
    var sink = Recovery.Member(InstanceID("alerts", 0), .sink)
    sink.rowsAt = at(1070)
    sink.rowsBefore = at(990)
    var late = Recovery.Member(InstanceID("late", 0), .sink)
    late.rowsBefore = at(40)
    var recovery = Recovery(
      number: 7,
      beganAt: at(1001),
      failures: [
        .init(.died, InstanceID("spend", 0), Incarnation(3), seenAt: at(1001))
      ],
      members: [source, window, sink, late]
    )
    recovery.epoch = Epoch(5)
    recovery.toldAt = at(1014)
    recovery.goAt = at(1040)
    return recovery
  }

  private static func result() -> DrillResult { result(recovery()) }

  private static func result(_ recovery: Recovery?) -> DrillResult {
    var result = DrillResult(
      .kill,
      "spend/0",
      process: 4711,
      at: WallTime(microseconds: 1_767_225_600_000_000)
    )
    result.incarnation = Incarnation(3)
    if let recovery { result.take(recovery, from: at(1000), killedAt: at(1000)) }
    return result
  }

  @Test func `every time counts from the kill`() {
    let result = Self.result()
    let measured = DrillMeasure.allCases.map { result.microseconds($0) }
    #expect(measured == [1000, 14_000, 70_000, 70_000, 200_000, 80_000])
    #expect(result.goMicroseconds == 40_000)
    #expect(result.stateBytes == 5_668_904)
    #expect(result.rowsReplayed == 41_239)
    #expect(result.withoutRows == [InstanceID("late", 0)])
    #expect(result.epoch == Epoch(5))
    #expect(result.hasRecovered)
  }

  @Test func `a gap at sinks begins with the kill where nobody knows better`() {
    var recovery = Self.recovery()
    // Rows that the killed process had sent may arrive when it is dead already.
    recovery.members[2].rowsBefore = Self.at(1003)
    #expect(Self.result(recovery).gapMicroseconds == 67_000)
    recovery.members[2].rowsBefore = nil
    #expect(Self.result(recovery).gapMicroseconds == 1_030_000)
    recovery.members[2].boundAt = Self.at(1014)
    #expect(Self.result(recovery).gapMicroseconds == 70_000)
    recovery.members[2].boundAt = nil
    recovery.members[3].rowsBefore = nil
    #expect(Self.result(recovery).gapMicroseconds == 70_000)
  }

  @Test(arguments: [
    ("recovery<200ms", DrillMeasure.running, 200_000), ("seen < 5ms", .seen, 5000),
    ("caught-up<1m30s", .caughtUp, 90_000_000), ("gap<1s", .gap, 1_000_000),
    ("output<500us", .output, 500), ("ready<1s", .ready, 1_000_000),
  ])
  func `a goal is a measure and a limit`(_ text: String, _ measure: DrillMeasure, _ limit: Int64) {
    let goal = DrillGoal(text)
    #expect(goal?.measure == measure)
    #expect(goal?.limitMicroseconds == limit)
  }

  @Test(arguments: [
    "", "recovery", "recovery<", "<5ms", "recovery>5ms", "recover<5ms", "seen<5", "seen<0s",
    "seen<-5ms", "seen<5ms<6ms",
  ])
  func `anything else is no goal`(_ text: String) { #expect(DrillGoal(text) == nil) }

  @Test func `a goal is met by the worst of all drills, and missed where it never came`() throws {
    let goal = try #require(DrillGoal("running<70ms"))
    var quick = Self.result()
    quick.runningMicroseconds = 69_999
    #expect(goal.verdict([quick]).isMet)
    let missed = goal.verdict([quick, Self.result()])
    #expect(missed == DrillVerdict(goal: "running<70ms", worstMicroseconds: 70_000, isMet: false))
    quick.runningMicroseconds = nil
    #expect(goal.verdict([quick]).worstMicroseconds == nil)
    #expect(!goal.verdict([quick]).isMet)
    #expect(!goal.verdict([]).isMet)
  }

  @Test func `a report is good if the run came back and every goal was met`() throws {
    let easy = try #require(DrillGoal("caught-up<1s"))
    let hard = try #require(DrillGoal("caught-up<1ms"))
    func isGood(_ drills: [DrillResult], _ goals: [DrillGoal]) -> Bool {
      DrillReport(run: "fleet", seed: 1, drills: drills, goals: goals).isGood
    }
    #expect(isGood([Self.result()], []))
    #expect(isGood([Self.result()], [easy]))
    #expect(!isGood([Self.result()], [easy, hard]))
    #expect(!isGood([Self.result(), Self.result(nil)], []))
  }

  @Test func `the report of one drill is a figure a line`() throws {
    let report = DrillReport(
      run: "fleet",
      seed: 1,
      drills: [Self.result()],
      goals: ["seen<5ms", "recovery<50ms"].compactMap { DrillGoal($0) }
    )
    #expect(
      DrillText.text(report, width: nil, isColored: false) == """
        fleet: killed spend/0, process 4711
          seen after                1.00 ms
          replacement ready after   14.0 ms
          state loaded              5.41 MiB  4 instances went back to checkpoint 5
          all running after         70.0 ms  but for late/0, which no row has reached yet
          rows replayed             41,239
          output again after        70.0 ms
          caught up after           200 ms
          longest output gap        80.0 ms
        goal seen<5ms: met (1.00 ms)
        goal recovery<50ms: missed (70.0 ms)

        """
    )
  }

  @Test func `the report of several is a drill a line, and what was not back is said`() {
    var slow = Self.result()
    slow.runningMicroseconds = 90_000
    let report = DrillReport(
      run: "fleet",
      seed: 9,
      drills: [Self.result(), slow, Self.result(nil)],
      goals: []
    )
    #expect(
      DrillText.text(report, width: nil, isColored: false) == """
        fleet: 3 drills, seed 9
        hit         seen    ready     state  running  replayed   output  caught up      gap
        spend/0  1.00 ms  14.0 ms  5.41 MiB  70.0 ms    41,239  70.0 ms     200 ms  80.0 ms
        spend/0  1.00 ms  14.0 ms  5.41 MiB  90.0 ms    41,239  70.0 ms     200 ms  80.0 ms
        spend/0        -        -         -        -         -        -          -        -
        p50      1.00 ms  14.0 ms  5.41 MiB  70.0 ms    41,239  70.0 ms     200 ms  80.0 ms
        max      1.00 ms  14.0 ms  5.41 MiB  90.0 ms    41,239  70.0 ms     200 ms  80.0 ms
        spend/0 was not back in time

        """
    )
  }

  @Test func `regions that start together are as far as the last of them`() throws {
    var other = Self.recovery()
    other.goAt = Self.at(1090)
    let joined = try #require(Recovery.joined([Self.recovery(), other]))
    #expect(joined.goAt == Self.at(1090))
    #expect(joined.members.count == 8)
    #expect(joined.stateBytes == 2 * 5_668_904)
    other.goAt = nil
    #expect(Recovery.joined([Self.recovery(), other])?.goAt == nil)
    #expect(Recovery.joined([]) == nil)
  }

  @Test func `the same seed draws the same instances, and every one in the long run`() {
    let list = (0..<5).map { InstanceID("a", $0) }
    func drawn(_ seed: UInt64) -> [InstanceID] {
      var draw = DrillDraw(seed: seed)
      return (0..<100).compactMap { _ in draw.one(of: list) }
    }
    #expect(drawn(7) == drawn(7))
    #expect(drawn(7) != drawn(8))
    #expect(Set(drawn(0)) == Set(list))
    var draw = DrillDraw(seed: 1)
    #expect(draw.one(of: [Int]()) == nil)
  }

  @Test func `whom a drill hits is a stage or an instance of it`() {
    #expect(DrillTarget("spend") != nil && DrillTarget("spend")?.index == nil)
    #expect(DrillTarget("spend/12")?.index == 12)
    #expect(DrillTarget("spend/12")?.stage == "spend")
    for text in ["", "/1", "spend/", "spend/x", "spend/-1", "spend/1/2"] {
      #expect(DrillTarget(text) == nil, "\(text)")
    }
  }

  @Test func `a command line asks for one way of failing`() {
    func fault(_ arguments: [String]) -> String? {
      do {
        _ = try RootCommand.parseAsRoot(["drill", "fleet"] + arguments)
        return nil
      } catch {
        return RootCommand.message(for: error)
      }
    }
    #expect(fault([]) == nil)
    #expect(fault(["--kill", "spend", "--kill", "alerts/0", "--goal", "recovery<200ms"]) == nil)
    #expect(fault(["--random", "3", "--seed", "1", "--timeout", "90s"]) == nil)
    #expect(fault(["--kill", "spend", "--hang", "alerts"])?.contains("at a time") == true)
    #expect(fault(["--coordinator", "--random", "2"])?.contains("at a time") == true)
    #expect(fault(["--random", "0"])?.contains("at least 1") == true)
    #expect(fault(["--goal", "recovery"])?.contains("recovery") == true)
    #expect(fault(["--timeout", "soon"])?.contains("soon") == true)
  }
}
