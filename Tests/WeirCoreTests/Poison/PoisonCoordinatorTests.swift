import Testing
import WeirCore

/// The coordinator's part: rows that kill are found, made durable and kept away, in that order.
@Suite struct PoisonCoordinatorTests {
  @Test func `two deaths bring care, and the third one's row is durable before the restart`() {
    var script = PoisonScript()
    #expect(script.rewind?.care == .usual)
    script.die()
    #expect(script.said == ["start work/0"])
    #expect(script.rewind?.care == .recording)
    script.die([5, 6, 7])
    #expect(script.said == ["E428", "start work/0"])
    #expect(script.rewind?.care == .careful)
    #expect(script.rewind?.quarantine == [])
    script.die([6])
    #expect(script.said == ["write [\"work 6\"]", "E427", "start work/0"])
    #expect(script.rewind?.care == .careful)
    #expect(script.rewind?.quarantine.map(\.fingerprint) == [6])
    #expect(script.rewind?.quarantine.first?.reason.contains("signal 11") == true)
  }

  @Test func `care ends with a checkpoint past the deaths, and not with one before`() {
    var script = PoisonScript()
    script.die()
    script.die([5, 6, 7])
    script.checkpoint(seen: 99)
    #expect(!script.said.contains("relax work/0"))
    script.die([6])
    #expect(script.said.contains("E427"))
    script.checkpoint(seen: 100)
    #expect(script.said.contains("relax work/0"))
    #expect(!script.said.contains("relax another"))
    script.die()
    #expect(script.rewind?.care == .recording)
    #expect(script.rewind?.quarantine.map(\.fingerprint) == [6])
  }

  @Test func `the search does not use up the restarts`() {
    var script = PoisonScript(mostRestarts: 1)
    script.die()
    script.die([5, 6])
    for row in [6, 60, 61, 62] as [UInt64] {
      script.die([row])
      #expect(script.node.phase == .running, "\(script.said)")
    }
    #expect(script.node.quarantine.map(\.fingerprint) == [6, 60, 61, 62])
  }

  @Test func `a row that kills although it is kept away is not kept away twice`() {
    var script = PoisonScript()
    script.die()
    script.die([5, 6])
    while script.node.phase == .running { script.die([6]) }
    #expect(script.said.contains("E423"))
    #expect(script.node.quarantine.map(\.fingerprint) == [6])
  }

  @Test func `who is killed again and again is given up in the end, and loses no row`() {
    var script = PoisonScript()
    for row in 0..<20 where script.node.phase == .running {
      script.die([UInt64(row)], of: .killed(signal: 9))
    }
    #expect(script.said.contains("E423"))
    #expect(script.node.quarantine == [])
  }

  @Test func `with fail the run stops, and nothing is kept`() {
    var script = PoisonScript(.fail)
    script.die()
    script.die([5, 6, 7])
    script.die([6])
    #expect(script.said == ["E425"])
    #expect(script.node.phase == .killing)
    #expect(script.node.quarantine == [])
  }

  @Test func `what did not become durable is not acted on, and is tried again`() {
    var script = PoisonScript()
    script.die()
    script.die([5, 6, 7])
    script.canWrite = false
    script.die([6])
    #expect(script.said == ["write [\"work 6\"]", "E103", "start work/0"])
    #expect(script.rewind?.quarantine == [] && script.rewind?.care == .careful)
    script.canWrite = true
    script.die([6])
    #expect(script.said == ["write [\"work 6\"]", "E427", "start work/0"])
    #expect(script.rewind?.quarantine.map(\.fingerprint) == [6])
  }

  @Test func `a coordinator that is started again knows what is kept`() {
    var record = RunRecord()
    record.quarantine = [QuarantinedRow(stage: "work", fingerprint: 6, reason: "it did")]
    let script = PoisonScript(record: record)
    #expect(script.rewind?.quarantine == record.quarantine)
  }

  @Test func `there is a limit to how many rows are kept`() {
    var record = RunRecord()
    record.quarantine = (0..<Limits.quarantinedRows).map {
      QuarantinedRow(stage: "work", fingerprint: UInt64($0), reason: "")
    }
    var script = PoisonScript(record: record)
    script.die()
    script.die([5000])
    script.die([5000])
    #expect(script.said == ["E426"])
  }
}
