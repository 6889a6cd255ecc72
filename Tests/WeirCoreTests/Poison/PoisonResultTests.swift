import Testing
import WeirColumns
import WeirTesting

@testable import WeirCore

/// Results that kill while no row is in hand: noted by key and window, and kept from their operator.
@Suite struct PoisonResultTests {
  private static let rows: [[Value]] = [
    ["a", .int(1), .int(10)], ["b", .int(2), .int(11)], ["c", .int(3), .int(12)],
    ["b", .int(4), .int(27)], ["d", .int(4), .int(28)],
  ]

  private static let windows = WindowSpec(.tumbling(size: 10))
  private static let sessions = WindowSpec(.session(gap: 5))
  private static let totals = WindowSpec(.running)

  private static func run(
    _ window: WindowSpec,
    having: String? = nil,
    care: WorkCare = .usual,
    quarantine: [QuarantinedRow] = []
  ) throws -> FiringScript {
    let script = try FiringScript(window, having: having, care: care, quarantine: quarantine)
    try script.take(rows, watermark: 20)
    if window.early { try script.wait() }
    try script.take([["z", .int(1), .int(29)]], watermark: 200)
    // What is said soon after something else waits a little.
    if window.early { try script.wait() }
    return script
  }

  /// A mark of the only result of a key and what it then is on the list.
  private static func row(_ script: FiringScript, _ kind: WorkKind, _ key: Value) -> QuarantinedRow?
  {
    let named = zip(script.marks[kind] ?? [], script.keys[kind] ?? []).first { $0.1 == key }
    return named.map {
      QuarantinedRow(
        stage: "work",
        kind: kind,
        fingerprint: $0.0.fingerprints[0],
        reason: "its operator died of it"
      )
    }
  }

  @Test(arguments: [windows, sessions, totals], [nil, "sum > 1"])
  func `care changes no result, and each is noted alone before it is computed`(
    _ window: WindowSpec,
    _ having: String?
  ) throws {
    let usual = try Self.run(window, having: having)
    for care in [WorkCare.recording, .careful] {
      let script = try Self.run(window, having: having, care: care)
      // Totals come once a batch: only the last of a key is defined.
      func settled(_ rows: [[Value]]?) -> [Value: [Value]] {
        Dictionary((rows ?? []).map { ($0[0], $0) }) { $1 }
      }
      let isSame =
        window.shape == .running
        ? settled(script.rows[1]) == settled(usual.rows[1]) : script.rows[1] == usual.rows[1]
      #expect(isSame && script.rows[1]?.isEmpty == false)
      for kind in [WorkKind.firing, .result] {
        let marks = script.marks[kind] ?? []
        #expect(!marks.isEmpty)
        #expect(marks.allSatisfy { $0.kind == kind && $0.fingerprints.count == $0.rows })
        if care == .careful { #expect(marks.allSatisfy { $0.rows == 1 }) }
      }
    }
  }

  @Test(arguments: [windows, sessions], [nil, "sum > 1"])
  func
    `a result that kills while it is computed is set aside by key and window, and the rest fires`(
      _ window: WindowSpec,
      _ having: String?
    ) throws
  {
    let usual = try Self.run(window, having: having)
    let careful = try Self.run(window, having: having, care: .careful)
    let poison = try #require(Self.row(careful, .firing, "b"))
    for care in [WorkCare.usual, .recording, .careful] {
      let script = try Self.run(window, having: having, care: care, quarantine: [poison])
      // `b` has two windows, of which the first kills.
      let first = usual.rows[1]?.first { $0[0] == "b" }
      let kept = usual.rows[1]?.filter { $0 != first }
      #expect(script.rows[1] == kept && (kept?.count ?? 0) + 1 == usual.rows[1]?.count)
      let aside = script.rows[2] ?? []
      #expect(aside.count == 1)
      // Key and window, and nothing that would have to be computed.
      #expect(aside.first?.prefix(3) == first?.prefix(3))
      #expect(aside.first?[3] == .null)
      let words = aside.first?.suffix(2).map { "\($0)" } ?? []
      #expect(words.first?.contains("its operator died of it") == true)
      #expect(
        words.last?.contains("aggregate, window 1970-01-01T00:00:00.00001") == true,
        "\(words)"
      )
      #expect(script.counters.errors == 1 && script.counters.quarantined == 0)
      let (least, most) = (script.keys[.firing] ?? [], careful.keys[.firing] ?? [])
      #expect(least.count { $0 == "b" } < most.count { $0 == "b" })
    }
  }

  @Test func `totals of a key that kills are set aside whenever they would come`() throws {
    let careful = try Self.run(Self.totals, care: .careful)
    let poison = try #require(Self.row(careful, .firing, "b"))
    let script = try Self.run(Self.totals, quarantine: [poison])
    #expect(script.rows[1]?.contains { $0[0] == "b" } == false)
    #expect(script.rows[2]?.allSatisfy { $0[0] == "b" && $0[1] == .null } == true)
    #expect(script.rows[2]?.isEmpty == false)
  }

  @Test func `a result that kills in 'select' is set aside with all its columns`() throws {
    let usual = try Self.run(Self.windows)
    let careful = try Self.run(Self.windows, care: .careful)
    let poison = try #require(Self.row(careful, .result, "c"))
    for care in [WorkCare.usual, .careful] {
      let script = try Self.run(Self.windows, care: care, quarantine: [poison])
      #expect(script.rows[1] == usual.rows[1]?.filter { $0[0] != "c" })
      let result = usual.rows[1]?.first { $0[0] == "c" } ?? []
      #expect(script.rows[2]?.map { $0.dropLast(2) } == [result[...]])
      #expect(script.rows[2]?.first?.last.map { "\($0)".contains("select, window 1970") } == true)
      #expect(script.counters.errors == 1)
    }
  }

  @Test(arguments: [WindowSpec.Shape.tumbling(size: 10), .session(gap: 5)])
  func `preliminary results are noted and set aside too`(_ shape: WindowSpec.Shape) throws {
    let window = WindowSpec(shape, early: true)
    let usual = try Self.run(window)
    let careful = try Self.run(window, care: .careful)
    #expect(careful.rows == usual.rows && usual.rows[3]?.isEmpty == false)
    let poison = try #require(Self.row(careful, .firing, "d"))
    let script = try Self.run(window, quarantine: [poison])
    #expect(script.rows[3] == usual.rows[3]?.filter { $0[0] != "d" })
    #expect(script.rows[1]?.contains { $0[0] == "d" } == false)
    let aside = script.rows[2] ?? []
    #expect(aside.count > 1 && aside.allSatisfy { $0[0] == "d" })
    #expect(Int(script.counters.errors) == aside.count)
  }

  @Test func `a search at results ends with a checkpoint that has made more of them`() {
    var search = PoisonSearch()
    let mark = WorkMark(stage: 1, kind: .firing, rows: 1, position: 8, fingerprints: [5])
    #expect(search.died(mark, by: .fault) == .nothing)
    #expect(search.died(mark, by: .fault) == .careful)
    #expect(search.died(mark, by: .fault) == .guilty(stage: 1, fingerprint: 5))
    var counters = [StageCounters(), StageCounters()]
    counters[1].rowsIn = 1000
    counters[1].rowsOut = 4
    counters[1].withheld = 3
    #expect(!search.isOver(counters))
    counters[1].withheld = 4
    #expect(search.isOver(counters))
  }

  @Test func `a death at rows and one at results of the same operator have nothing in common`() {
    var search = PoisonSearch()
    #expect(search.died(WorkMark(stage: 1, rows: 1, position: 8), by: .kill) == .nothing)
    let firing = WorkMark(stage: 1, kind: .firing, rows: 1, position: 8)
    #expect(search.died(firing, by: .kill) == .nothing)
    #expect(search.died(firing, by: .kill) == .careful)
  }
}
