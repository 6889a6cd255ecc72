import Testing
import WeirCore
import WeirWire

@Suite struct ControlTests {
  private static var progress: InstanceProgress {
    var progress = InstanceProgress()
    var counters = StageCounters()
    counters.rowsIn = .max
    counters.late = 3
    counters.quarantined = 2
    progress.counters = [counters, StageCounters()]
    progress.watermark = .end
    progress.busyNanoseconds = 5
    progress.cpuSeconds = 0.000_012_5
    var hotKeys = HotKeyReport(sampled: 1234.5)
    hotKeys.keys = [HotKeyReport.Key(["c\"1", ""], least: 1000, most: 1000.5)]
    progress.hotKeys = hotKeys
    progress.latency = LatencySummary(count: 9, p50: 78, p99: 187, maximum: 4000)
    return progress
  }

  private static var snapshot: InstanceSnapshot {
    var snapshot = InstanceSnapshot(epoch: Epoch(6), incarnation: Incarnation(1025))
    snapshot.counters = progress.counters
    snapshot.sent = [SentRows(edge: 2, receiver: 1, rows: 8, fingerprint: .max)]
    snapshot.watermark = .end
    snapshot.isFinished = true
    snapshot.partitions = [
      PartitionSnapshot(
        partition: PartitionID(0),
        position: SourcePosition("12:\"a\""),
        highest: .min,
        hasEnded: true
      ),
      PartitionSnapshot(partition: PartitionID(1), position: nil, highest: nil, hasEnded: false),
    ]
    snapshot.rowsRead = 17
    snapshot.newFrom = PartitionID(9)
    snapshot.pace = SourcePace(since: WallTime(microseconds: 5), row: 3)
    snapshot.outputs = [PreparedOutput(epoch: Epoch(5), text: ".weir-out-5-1")]
    snapshot.state = StateReference(file: "b", earlier: ["a"], bytes: 9)
    return snapshot
  }

  @Test func `a manifest and numbers are read as they were written`() throws {
    let member = Manifest.Member(instance: InstanceID("a", 1), snapshot: Self.snapshot)
    var manifest = Manifest(epoch: Epoch(6), members: [member])
    manifest.isFinished = true
    let origin = RunOrigin(
      text: "weir: 1\n",
      clauses: [
        PlanClause("totals", "window", "of 5m"), PlanClause("", "name", fingerprint: .max),
      ],
      fingerprint: .max,
      partitions: [["a", ""], []],
      startedAt: WallTime(microseconds: -1)
    )
    let stored = StoredManifest(
      manifest,
      of: origin,
      writtenAt: WallTime(microseconds: 7)
    )
    var bytes = RecordCodec.encode(stored)
    #expect(try bytes.withUnsafeBytes(RecordCodec.manifest) == stored)
    // Whatever bit is lost, it is seen.
    for place in bytes.indices.dropLast() {
      bytes[place] ^= 1
      #expect(throws: WeirError.self) { try bytes.withUnsafeBytes(RecordCodec.manifest) }
      bytes[place] ^= 1
    }
    for count in 0..<bytes.count - 1 {
      #expect(throws: WeirError.self) {
        try Array(bytes[..<count]).withUnsafeBytes(RecordCodec.manifest)
      }
    }
    var numbers = RunNumbers()
    numbers.epoch = Epoch(.max)
    #expect(try RecordCodec.encode(numbers).withUnsafeBytes(RecordCodec.numbers) == numbers)
  }

  private static let quarantined = QuarantinedRow(
    stage: "payments",
    kind: .record,
    fingerprint: .max,
    reason: "its parser died of it: \"x\"",
    place: RecordPlace(offset: .max, text: "a.jsonl, byte 9")
  )

  @Test func `the list of rows that are kept from their operators is read as it was written`()
    throws
  {
    let rows = [
      Self.quarantined, QuarantinedRow(stage: "a", fingerprint: 0, reason: ""),
    ]
    var bytes = RecordCodec.encode(rows)
    #expect(try bytes.withUnsafeBytes(RecordCodec.quarantine) == rows)
    #expect(try RecordCodec.encode([]).withUnsafeBytes(RecordCodec.quarantine) == [])
    bytes[bytes.count / 2] ^= 1
    #expect(throws: WeirError.self) { try bytes.withUnsafeBytes(RecordCodec.quarantine) }
  }

  static let toInstance: [CoordinatorMessage] = [
    .assign(
      Assignment(
        instance: InstanceID("declines", 1),
        incarnation: Incarnation(4),
        path: "topologies/harbor-fleet.yaml",
        base: "topologies",
        text: "weir: 1\nname: \"härbor\" \\ \u{1}\u{1F6A2}\t\r\n",
        runFolder: "/run/weir/1a2b",
        partitions: ["a.jsonl", ""],
        startedAt: WallTime(microseconds: -1),
        stateFolder: "/state/harbor"
      )
    ),
    .rewind(
      Rewind(
        round: Round(3),
        snapshot: snapshot,
        generation: Generation(9),
        peers: [Peer(instance: InstanceID("alerts", 0), endpoint: "ipc:///run/weir/1a2b/5")],
        beginsPace: true,
        care: .careful,
        quarantine: [quarantined],
        rowsRead: 17
      )
    ),
    .rewind(Rewind(round: Round(1), generation: Generation(1))), .go(Round(.max)),
    .checkpoint(Epoch(7), isLast: true), .checkpoint(Epoch(8), isLast: false), .abort(Epoch(7)),
    .commit(Epoch(7), snapshot.outputs), .commit(Epoch(7), []), .drain, .leave, .ping(.max),
    .relax,
  ]

  static let toCoordinator: [InstanceMessage] = [
    .hello(version: 1), .bound(endpoint: "ipc:///x"), .rewound(Round(2)), .progress(progress),
    .progress(InstanceProgress()), .finished(progress), .pong(0, nil),
    .pong(1, EpochProgress(epoch: Epoch(4), step: .alignment)), .snapshotted(snapshot),
    .snapshotted(InstanceSnapshot(epoch: Epoch(1), incarnation: Incarnation(1))),
    .snapshotFailed(Epoch(4), .write, WeirError("E103", "write \"a\"", recovery: .retry)),
    .stateUnusable(Round(4), WeirError("E515", "damaged")),
    .committed(Epoch(3)), .lost(WeirError("E406", "cannot send to 'out/0'")),
    .readerGone, .reached(Round(3), .restored(bytes: .max)),
    .reached(Round(3), .rows(at: Instant(nanoseconds: .max), before: Instant(nanoseconds: -1))),
    .reached(Round(3), .rows(at: Instant(nanoseconds: 0), before: nil)),
    .reached(Round(4), .caughtUp(replayed: 8)), .reached(Round(4), .caughtUp(replayed: nil)),
    .failed(WeirError("E304", "reading a frame", detail: "it is damaged", recovery: .restart)),
    .warned(WeirError("E417", "'a' has gone", hint: "look for it")),
    .failed(WeirError("E1", "", hint: "mend it", blame: .user)),
  ]

  @Test(arguments: toInstance)
  func `what a coordinator says is understood`(_ message: CoordinatorMessage) throws {
    let bytes = ControlCodec.encode(message)
    #expect(try bytes.withUnsafeBytes(ControlCodec.coordinatorMessage) == message)
  }

  @Test(arguments: toCoordinator)
  func `what an instance says is understood`(_ message: InstanceMessage) throws {
    let bytes = ControlCodec.encode(message)
    #expect(try bytes.withUnsafeBytes(ControlCodec.instanceMessage) == message)
  }

  @Test func `the text is small and its order does not change`() {
    let text = String(decoding: ControlCodec.encode(CoordinatorMessage.ping(7)), as: UTF8.self)
    #expect(text == "{\"weir\":\(InstanceMessage.version),\"kind\":\"ping\",\"number\":7}")
  }

  private func fault(_ text: String) -> WeirError? {
    do throws(WeirError) {
      _ = try parse(text)
      return nil
    } catch {
      return error
    }
  }

  private func parse(_ text: String) throws(WeirError) -> CoordinatorMessage {
    let bytes = Array(text.utf8)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    return try ControlCodec.coordinatorMessage(UnsafeRawBufferPointer(memory))
  }

  @Test func `fields of a later version are ignored, in any order and spacing`() throws {
    let text =
      #" { "new" : [ {"a":1.5e-3}, null, true ] , "number" : 7 , "kind":"p\u0069ng","weir":3 }"#
    #expect(try parse(text) == .ping(7))
  }

  @Test func `a kind of a later version is named, and so is the version`() {
    let error = fault(#"{"weir":9,"kind":"dance"}"#)
    #expect(error?.code == "E311")
    #expect(error?.message == "reading control message 'dance'")
    #expect(
      error?.detail
        == "the kind is unknown; version 9 sent it, this program speaks \(InstanceMessage.version)"
    )
  }

  @Test(arguments: [
    (#"{"weir":1,"kind":"ping"}"#, "field 'number' is missing"),
    (#"{"weir":1,"kind":"ping","number":"7"}"#, "field 'number' is not a whole number that fits"),
    (#"{"weir":1,"kind":"ping","number":-7}"#, "field 'number' is not a whole number that fits"),
    (#"{"weir":1,"kind":"abort"}"#, "field 'epoch' is missing"),
    (
      #"{"weir":1,"kind":"checkpoint","epoch":1,"is_last":2}"#,
      "field 'is_last' is not true or false"
    ),
    (#"{"weir":1}"#, "field 'kind' is missing"),
    ("[1]", "not an object"),
    ("", "expected a value at byte 0"),
    (#"{"weir":1,}"#, "expected a name at byte 10"),
    (#"{"weir":1} x"#, "expected the end at byte 11"),
    (#"{"weir":01}"#, "expected ',' or '}' at byte 9"),
    (#"{"a":"\ud800"}"#, "expected a pair of surrogates at byte 12"),
    (#"{"a":"\udc00"}"#, "expected a pair of surrogates at byte 12"),
    ("{\"a\":\"\n\"}", "expected an escape at byte 7"),
    (String(repeating: "[", count: 100_000), "expected less nesting at byte 33"),
  ])
  func `what is wrong with a message is said`(_ text: String, _ detail: String) {
    #expect(fault(text)?.detail == detail)
  }

  @Test func `no mutilated message brings the reader down`() {
    var chance = Chance(seed: 8)
    let texts = Self.toInstance.map { ControlCodec.encode($0) }
    for text in texts {
      for count in 0..<text.count {
        #expect(fault(String(decoding: text[..<count], as: UTF8.self)) != nil)
      }
    }
    for round in 0..<3000 {
      var bytes = texts[round % texts.count]
      bytes[Int(chance.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: chance.next())
      _ = try? bytes.withUnsafeBytes(ControlCodec.coordinatorMessage)
    }
  }
}
