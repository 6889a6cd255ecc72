import WeirColumns
import WeirCore
import WeirTesting

/// `s` -> `w` -> `out`, with two processes, and `w.late` -> `late`: a run of three epochs in which
/// nothing is wrong.
struct AuditFixture {
  static let stages = (source: 0, window: 1, out: 2, late: 3)
  static let edges = (out: 1, late: 2)

  /// What was sent by epoch: to `out/0`, to `out/1`, and to `late/0`.
  static let epochs: [[RowTotal]] = [
    [RowTotal(rows: 5, fingerprint: 500), RowTotal(rows: 3, fingerprint: 301), RowTotal()],
    [RowTotal(rows: 7, fingerprint: .max - 3), RowTotal(), RowTotal(rows: 4, fingerprint: 44)],
    [RowTotal(), RowTotal(rows: 5, fingerprint: 555), RowTotal()],
  ]

  var evidence: AuditEvidence

  init(delivery: Delivery = .exactlyOnce, hasCheckpoints: Bool = true) {
    let job = Self.job(delivery, hasCheckpoints)
    let links = [
      AuditLink(from: 0, port: .main, to: 1), AuditLink(from: 1, port: .main, to: 2),
      AuditLink(from: 1, port: .late, to: 3),
    ]
    var point = LineagePoint(epoch: .none, sent: [RowTotal(), RowTotal(), RowTotal()])
    var points: [LineagePoint] = []
    for (place, sent) in Self.epochs.enumerated() {
      for channel in sent.indices { point.sent[channel] += sent[channel] }
      point.epoch = Epoch(UInt64(place + 1))
      points.append(point)
    }
    evidence = AuditEvidence(
      job: job,
      links: links,
      manifests: [Self.manifest(job, points[2])],
      points: points,
      sinks: [
        SinkEvidence(2, shapes: [[Self.edges.out]], parts: Self.parts("out", [0, 1])),
        SinkEvidence(3, shapes: [[Self.edges.late]], parts: Self.parts("late", [2])),
      ]
    )
  }

  private static func job(_ delivery: Delivery, _ hasCheckpoints: Bool) -> JobPlan {
    let schema = Schema([Field("k", .string), Field("t", .timestamp)], eventTime: 1)
    let file = SinkConnector.file(FileSinkPlan(path: "/o/", format: .json, isSinglePart: false))
    var builder = PlanBuilder()
    let source = builder.source("s", schema)
    let window = builder.window(
      "w",
      from: [source],
      key: ["k"],
      WindowSpec(.tumbling(size: 60_000_000)),
      []
    )
    let late = builder.late(window)
    builder.sink("out", from: [window], connector: file, delivery: delivery, processes: 2)
    builder.sink("late", from: [late], connector: file, delivery: delivery)
    var job = builder.plan()
    if hasCheckpoints { job.checkpoints = CheckpointSettings() }
    return job
  }

  private static func manifest(_ job: JobPlan, _ point: LineagePoint) -> Manifest {
    func member(
      _ instance: InstanceID,
      _ change: (inout InstanceSnapshot) -> Void
    ) -> Manifest.Member {
      var snapshot = InstanceSnapshot(epoch: point.epoch, incarnation: Incarnation(1))
      snapshot.counters = job.stages.map { _ in StageCounters() }
      change(&snapshot)
      return Manifest.Member(instance: instance, snapshot: snapshot)
    }
    var members: [Manifest.Member] = []
    members.append(
      member(InstanceID("s", 0)) { snapshot in
        snapshot.counters[0].rowsIn = 100
        snapshot.counters[0].counted = 95
        snapshot.counters[0].rejected = 5
        snapshot.counters[0].rowsOut = 95
        snapshot.counters[1].rowsIn = 95
        snapshot.counters[1].filtered = 10
        snapshot.counters[1].errors = 1
        snapshot.partitions = [60, 40].enumerated().map { number, rows in
          PartitionSnapshot(
            partition: PartitionID(number),
            position: SourcePosition("\(rows)"),
            highest: nil,
            hasEnded: true,
            rows: UInt64(rows),
            fingerprint: UInt64(number + 7)
          )
        }
      }
    )
    members.append(
      member(InstanceID("w", 0)) { snapshot in
        snapshot.counters[1].counted = 80
        snapshot.counters[1].late = 4
        snapshot.counters[1].rowsOut = 20
        snapshot.counters[1].updates = 3
        snapshot.counters[1].withheld = 6
        snapshot.counters[1].errors = 2
        for (channel, place) in LineagePoint.channels(of: job).enumerated() {
          let total = point.sent[channel]
          snapshot.sent.append(
            SentRows(
              edge: place.edge,
              receiver: place.receiver,
              rows: total.rows,
              fingerprint: total.fingerprint
            )
          )
        }
      }
    )
    for (stage, index, rows) in [(2, 0, 12), (2, 1, 8), (3, 0, 4)] {
      members.append(
        member(InstanceID(job.stages[stage].name, index)) { snapshot in
          snapshot.counters[stage].rowsIn = UInt64(rows)
          snapshot.counters[stage].counted = UInt64(rows)
          // Nobody looks at it.
          snapshot.counters[stage].rowsOut = 1_000_000
        }
      )
    }
    return Manifest(epoch: point.epoch, members: members)
  }

  private static func parts(_ name: String, _ channels: [Int]) -> [PartEvidence] {
    var parts: [PartEvidence] = []
    for (epoch, sent) in epochs.enumerated() {
      for (instance, channel) in channels.enumerated() where sent[channel].rows > 0 {
        parts.append(
          PartEvidence(
            "\(name)-\(epoch + 1)-\(instance)",
            epoch: Epoch(UInt64(epoch + 1)),
            instance: instance,
            found: [sent[channel]]
          )
        )
      }
    }
    return parts
  }

  // MARK: Changes

  /// Changes what a member of the audited manifest says.
  mutating func change(_ instance: InstanceID, _ change: (inout InstanceSnapshot) -> Void) {
    let last = evidence.manifests.count - 1
    for index in evidence.manifests[last].members.indices
    where evidence.manifests[last].members[index].instance == instance {
      change(&evidence.manifests[last].members[index].snapshot)
    }
  }

  /// The parts of `out`.
  var parts: [PartEvidence] {
    get { evidence.sinks[0].parts }
    set { evidence.sinks[0].parts = newValue }
  }

  var report: AuditReport { Audit.report(evidence) }

  /// What is wrong, in words.
  var faults: [String] { report.faults.map(\.message) }
}
