import Testing
import WeirCore

@Suite struct AuditTests {
  @Test func `a run in which nothing is wrong is whole`() {
    let report = AuditFixture().report
    #expect(report.isWhole && report.faults == [] && report.notes == [])
    #expect(report.rowsRead == 100 && report.rowsFound == 24 && report.checkpoint == 3)
    #expect(report.paths.map(\.stages) == [["s", "w", "out"], ["s", "w.late", "late"]])
    #expect(report.paths.map(\.isWhole) == [true, true])
    #expect(report.stages[1].errors == 1 && report.stages[1].resultErrors == 2)
    #expect(report.stages[2].rowsFound == 20 && report.stages[2].parts == 4)
  }

  // MARK: Conservation

  @Test(arguments: ["counted", "filtered", "late", "errors", "in"])
  func `a row that an operator does not account for is a fault`(_ counter: String) {
    for delta in [UInt64.max, 1] {
      var fixture = AuditFixture()
      let instance = ["filtered", "errors", "in"].contains(counter) ? "s" : "w"
      fixture.change(InstanceID(instance, 0)) { snapshot in
        switch counter {
        case "counted": snapshot.counters[1].counted &+= delta
        case "filtered": snapshot.counters[1].filtered &+= delta
        case "late": snapshot.counters[1].late &+= delta
        case "errors": snapshot.counters[1].errors &+= delta
        default: snapshot.counters[1].rowsIn &+= delta
        }
      }
      #expect(fixture.faults.contains { $0.hasPrefix("operator 'w' took") }, "\(fixture.faults)")
      #expect(fixture.report.paths.allSatisfy { !$0.isWhole })
    }
  }

  @Test func `errors in results are no rows of the input`() {
    var fixture = AuditFixture()
    fixture.change(InstanceID("w", 0)) { $0.counters[1].errors = 9 }
    #expect(fixture.report.isWhole)
  }

  @Test func `rows that are lost or doubled between two stages are a fault`() {
    var fixture = AuditFixture()
    fixture.change(InstanceID("late", 0)) { $0.counters[3].rowsIn = 3 }
    #expect(fixture.faults == ["'late' took 3 rows, and 'w.late' gave 4"])
    #expect(fixture.report.paths.map(\.isWhole) == [true, false])
    fixture = AuditFixture()
    fixture.change(InstanceID("s", 0)) { $0.counters[0].rowsOut = 94 }
    #expect(fixture.faults == ["'w' took 95 rows, and 's' gave 94"])
  }

  @Test func `an operator gets on-time results, a sink all`() {
    var fixture = AuditFixture()
    // As if 'late' were an operator's input rather than a sink's.
    fixture.evidence.links[2] = AuditLink(from: 1, port: .updates, to: 3)
    #expect(fixture.faults == ["'late' took 4 rows, and 'w.updates' gave 3"])
    fixture.evidence.links[2] = AuditLink(from: 0, port: .rejected, to: 3)
    #expect(fixture.faults == ["'late' took 4 rows, and 's.rejected' gave 5"])
    fixture.evidence.links[2].carriesRows = false
    #expect(fixture.faults == ["'late' took 4 rows, and 's.rejected' gave 0"])
  }

  // MARK: Sources

  @Test func `records by partition add up to those of the source`() {
    var fixture = AuditFixture()
    fixture.change(InstanceID("s", 0)) { $0.partitions[0].rows = 59 }
    #expect(fixture.faults == ["source 's' read 100 records, and its partitions say 99"])
    fixture = AuditFixture()
    fixture.change(InstanceID("s", 0)) { $0.counters[0].rejected = 6 }
    #expect(fixture.faults.first?.hasPrefix("source 's' read 100 records") == true)
  }

  @Test func `the same place in a partition has the same records at each checkpoint`() {
    var fixture = AuditFixture()
    var before = fixture.evidence.manifests[0]
    before.epoch = Epoch(2)
    fixture.evidence.manifests.insert(before, at: 0)
    #expect(fixture.report.isWhole)
    fixture.change(InstanceID("s", 0)) { $0.partitions[1].fingerprint = 0 }
    #expect(fixture.faults.count == 1 && fixture.faults[0].contains("at the same place others"))
    // Elsewhere it is another matter, unless records become fewer.
    fixture.change(InstanceID("s", 0)) { $0.partitions[1].position = SourcePosition("41") }
    #expect(fixture.report.isWhole)
    fixture.evidence.manifests[0].members[0].snapshot.partitions[1].rows = 41
    #expect(fixture.faults.count == 1 && fixture.faults[0].contains("only 40"))
  }

  @Test func `inputs that were read again are the same, or have gone`() {
    var fixture = AuditFixture()
    fixture.evidence.inputs = [
      InputEvidence(0, PartitionID(0), name: "a", fingerprint: 7),
      InputEvidence(0, PartitionID(1), name: "b", fingerprint: nil),
    ]
    #expect(fixture.report.isWhole && fixture.report.notes.count == 1)
    fixture.evidence.inputs[0].fingerprint = 6
    #expect(fixture.report.faults.map(\.files) == [["a"]])
  }

  // MARK: Parts

  @Test func `a part that is missing is a fault that names its epoch`() {
    let whole = AuditFixture()
    for place in whole.parts.indices {
      var fixture = whole
      let part = fixture.parts.remove(at: place)
      #expect(fixture.report.faults.count == 1)
      #expect(fixture.report.faults.first?.firstEpoch == part.epoch?.number)
      #expect(fixture.report.faults.first?.lastEpoch == part.epoch?.number)
      #expect(fixture.faults[0].contains("to 'out/\(part.instance)' in epoch"))
      #expect(fixture.report.paths.map(\.isWhole) == [false, true])
    }
  }

  @Test func `a part that is there twice is a fault, whatever its name`() {
    let whole = AuditFixture()
    for place in whole.parts.indices {
      for epoch in 1...5 {
        for instance in 0...2 {
          var copy = whole.parts[place]
          copy.path = "copy"
          copy.epoch = Epoch(UInt64(epoch))
          copy.instance = instance
          var fixture = whole
          fixture.parts.append(copy)
          #expect(fixture.report.faults.count == 1)
          #expect(fixture.report.faults.first?.files.contains("copy") == true)
          #expect(fixture.faults[0].contains("\"\(whole.parts[place].path)\""), "\(fixture.faults)")
        }
      }
    }
  }

  @Test func `a part with other rows is a fault that names the file`() {
    var fixture = AuditFixture()
    fixture.parts[0].found[0].fingerprint &+= 1
    #expect(fixture.report.faults.first?.files == ["out-1-0"])
    #expect(fixture.faults[0].hasPrefix("other rows than were sent"))
    fixture.parts[0].found[0].rows -= 1
    #expect(fixture.faults[0].hasPrefix("1 row missing: 5 rows sent to 'out/0' in epoch 1, 4 in"))
    fixture.parts[0].found[0].rows += 3
    #expect(fixture.faults[0].hasPrefix("2 rows too many"))
  }

  @Test func `rows that have moved to another part are seen though the sums are right`() {
    var fixture = AuditFixture()
    fixture.parts[0].found[0].rows -= 1
    fixture.parts[2].found[0].rows += 1
    #expect(fixture.report.faults.count == 2)
  }

  @Test func `what is wrong with the bytes of a file is told`() {
    var fixture = AuditFixture()
    fixture.parts[1].faults = ["line 2 is no row"]
    #expect(fixture.faults == ["\"out-1-1\": line 2 is no row"])
    #expect(!fixture.report.isWhole)
  }

  @Test func `where less is known of epochs the fault names all that it may be of`() {
    var fixture = AuditFixture()
    fixture.evidence.points = []
    #expect(fixture.report.isWhole)
    fixture.parts.remove(at: 0)
    #expect(fixture.report.faults.map(\.firstEpoch) == [1])
    #expect(fixture.report.faults.map(\.lastEpoch) == [3])
  }

  @Test func `output of an epoch that failed goes with the next that is complete`() {
    var fixture = AuditFixture()
    fixture.evidence.points.remove(at: 0)
    // The first epoch failed: its parts bear its number and are visible with the second.
    #expect(fixture.report.isWhole)
  }

  @Test func `the only part of a run has no epoch in its name`() {
    var fixture = AuditFixture()
    for sink in fixture.evidence.sinks.indices {
      var only = PartEvidence("only", epoch: nil, instance: 0, found: [RowTotal()])
      for part in fixture.evidence.sinks[sink].parts where part.instance == 0 {
        only.found[0] += part.found[0]
      }
      fixture.evidence.sinks[sink].parts.removeAll { $0.instance == 0 }
      fixture.evidence.sinks[sink].parts.append(only)
    }
    #expect(fixture.report.isWhole, "\(fixture.faults)")
  }

  @Test func `without checkpoints the numbers in names say nothing`() {
    var fixture = AuditFixture(hasCheckpoints: false)
    for place in fixture.parts.indices { fixture.parts[place].epoch = Epoch(1) }
    #expect(fixture.report.isWhole, "\(fixture.faults)")
    fixture.parts.removeLast()
    #expect(!fixture.report.isWhole)
  }

  @Test func `hidden parts are a fault when the run has finished, before that they are not`() {
    var fixture = AuditFixture()
    fixture.parts[3].isHidden = true
    #expect(fixture.report.isWhole && fixture.report.notes.count == 1)
    fixture.evidence.isFinished = true
    #expect(fixture.faults == ["\"out-3-1\" should be visible: the run has finished"])
    fixture.evidence.isFinished = false
    fixture.evidence.isLive = true
    #expect(fixture.report.isWhole && fixture.report.notes == [])
  }

  @Test func `while the run goes on newer parts are none of the audit's matter`() {
    var fixture = AuditFixture()
    fixture.parts.append(
      PartEvidence("new", epoch: Epoch(4), instance: 0, found: [RowTotal(rows: 1)])
    )
    #expect(!fixture.report.isWhole)
    fixture.evidence.isLive = true
    #expect(fixture.report.isWhole)
  }

  @Test func `a sink whose rows cannot be read back is said to be one`() {
    var fixture = AuditFixture()
    fixture.evidence.sinks[0] = SinkEvidence(2, unread: "they are in no file")
    let report = fixture.report
    #expect(report.isWhole && report.rowsFound == 4 && report.stages[2].rowsFound == nil)
    #expect(report.notes == ["the rows of sink 'out' are not read back: they are in no file"])
  }

  // MARK: Other guarantees

  @Test func `at-least-once may double rows, and lose none`() {
    var fixture = AuditFixture(delivery: .atLeastOnce)
    #expect(fixture.report.isWhole && fixture.report.notes == [])
    fixture.parts.append(fixture.parts[0])
    #expect(fixture.report.isWhole)
    #expect(
      fixture.report.notes == ["sink 'out' holds 5 rows more than once, as at-least-once allows"]
    )
    let first = fixture.parts[0].path
    fixture.parts.removeAll { $0.path == first }
    #expect(fixture.faults == ["sink 'out' has lost rows: 20 sent, 15 in its files"])
  }

  @Test func `at-most-once may lose rows, and double none`() {
    var fixture = AuditFixture(delivery: .atMostOnce)
    fixture.parts.removeLast()
    #expect(fixture.report.isWhole)
    #expect(fixture.report.notes == ["sink 'out' has lost 5 rows, as at-most-once allows"])
    fixture = AuditFixture(delivery: .atMostOnce)
    fixture.parts.append(fixture.parts[0])
    #expect(fixture.faults == ["sink 'out' holds rows more than once: 20 sent, 25 in its files"])
    fixture = AuditFixture(delivery: .atMostOnce)
    fixture.parts[0].found[0].fingerprint = 0
    #expect(fixture.faults.count == 1)
  }

  @Test func `with at-most-once a part that nobody asked for again may stay hidden for ever`() {
    var fixture = AuditFixture(delivery: .atMostOnce)
    fixture.parts[3].isHidden = true
    fixture.evidence.isFinished = true
    #expect(fixture.report.isWhole, "\(fixture.faults)")
    #expect(
      fixture.report.notes == [
        "1 parts of sink 'out' were complete and never shown, as at-most-once allows",
        "sink 'out' has lost 5 rows, as at-most-once allows",
      ]
    )
  }
}
