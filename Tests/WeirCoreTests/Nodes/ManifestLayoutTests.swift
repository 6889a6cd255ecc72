import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// A checkpoint for other numbers of processes than have taken it.
struct ManifestLayoutTests {
  private static let keyGroups = 4

  /// A source, windows over it, and a sink.
  private static func job(sources: Int, windows: Int) -> JobPlan {
    let schema = Schema([Field("k", .string), Field("t", .timestamp)], eventTime: 1)
    var builder = PlanBuilder(keyGroups: keyGroups)
    let input = builder.source("in", schema, processes: sources)
    let window = builder.window(
      "sums",
      from: [input],
      key: ["k"],
      WindowSpec(.tumbling(size: 10)),
      [AggregateSpec(.count, name: "n")],
      processes: windows
    )
    builder.sink("out", from: [window])
    return builder.plan()
  }

  private static func state(_ name: String) -> StateReference {
    StateReference(file: name, earlier: ["before-\(name)"], bytes: 7)
  }

  /// What the instances of a job were at epoch 3.
  private static func manifest(_ job: JobPlan) -> Manifest {
    let members = job.instances.enumerated().map { number, instance in
      var snapshot = InstanceSnapshot(epoch: Epoch(3), incarnation: Incarnation(9))
      snapshot.counters = job.stages.map { _ in StageCounters() }
      snapshot.counters[0].rowsIn = UInt64(1 << number)
      snapshot.sent = [SentRows(edge: 0, receiver: 0, rows: UInt64(1 << number), fingerprint: 5)]
      snapshot.watermark = Watermark(microseconds: 100)
      if instance.stage == "in" {
        let count = job.stages[0].processes
        snapshot.watermark = Watermark(microseconds: Int64(50 + number))
        snapshot.partitions = (0..<6).filter { $0 % count == instance.index }.map {
          PartitionSnapshot(
            partition: PartitionID($0),
            position: SourcePosition("at \($0)"),
            highest: Int64($0),
            hasEnded: $0 < 3,
            rows: UInt64($0)
          )
        }
      }
      if instance.stage == "sums" { snapshot.state = state("\(instance)") }
      return Manifest.Member(instance: instance, snapshot: snapshot)
    }
    return Manifest(epoch: Epoch(3), members: members)
  }

  private static func relaid(
    from old: (sources: Int, windows: Int),
    to new: (sources: Int, windows: Int)
  ) -> Manifest {
    manifest(job(sources: old.sources, windows: old.windows))
      .relaid(for: job(sources: new.sources, windows: new.windows))
  }

  @Test func `with the same number a checkpoint is what it was`() {
    let job = Self.job(sources: 2, windows: 3)
    #expect(Self.manifest(job).relaid(for: job) == Self.manifest(job))
  }

  @Test func `an instance inherits from those whose key groups it has`() {
    let more = Self.relaid(from: (1, 2), to: (1, 4))
    #expect(more.members.map(\.instance) == Self.job(sources: 1, windows: 4).instances)
    let inherited = more.members.filter { $0.instance.stage == "sums" }.map(\.snapshot)
    #expect(inherited.allSatisfy { $0.state == nil })
    let files = inherited.map { $0.inherited.map(\.file) }
    #expect(files == [["sums/0"], ["sums/0"], ["sums/1"], ["sums/1"]])
    // No file is named for each that reads it.
    #expect(more.files == ["sums/0", "before-sums/0", "sums/1", "before-sums/1"])
    let one = Self.relaid(from: (1, 4), to: (1, 1))
    let all = one.snapshot(of: InstanceID("sums", 0))?.inherited.map(\.file)
    #expect(all == ["sums/0", "sums/1", "sums/2", "sums/3"])
  }

  @Test func `a stage that keeps its number keeps its state`() {
    let relaid = Self.relaid(from: (1, 2), to: (3, 2))
    let snapshot = relaid.snapshot(of: InstanceID("sums", 1))
    #expect(snapshot?.state == Self.state("sums/1"))
    #expect(snapshot?.inherited == [])
  }

  @Test func `partitions are dealt anew and keep their places`() {
    let relaid = Self.relaid(from: (2, 1), to: (3, 1))
    for index in 0..<3 {
      let snapshot = relaid.snapshot(of: InstanceID("in", index))
      #expect(snapshot?.partitions.map(\.partition.number) == [index, index + 3])
      #expect(snapshot?.partitions.map(\.position?.text) == ["at \(index)", "at \(index + 3)"])
      #expect(snapshot?.rowsRead == 2 * index + 3)
      #expect(snapshot?.watermark == Watermark(microseconds: 50))
      #expect(snapshot?.isFinished == false)
    }
    let many = Self.relaid(from: (2, 1), to: (6, 1))
    #expect(many.snapshot(of: InstanceID("in", 1))?.isFinished == true)
    #expect(many.snapshot(of: InstanceID("in", 5))?.isFinished == false)
  }

  @Test(arguments: [(1, 3), (3, 1), (2, 4), (4, 3)])
  func `what is added up stays the same`(_ before: Int, _ after: Int) {
    let old = Self.manifest(Self.job(sources: before, windows: before))
    let new = Self.relaid(from: (before, before), to: (after, after))
    func rows(_ manifest: Manifest) -> UInt64 {
      manifest.members.reduce(0) { $0 + $1.snapshot.counters[0].rowsIn }
    }
    func sent(_ manifest: Manifest) -> [UInt64] {
      let sent = manifest.members.flatMap(\.snapshot.sent)
      return [sent.reduce(0) { $0 + $1.rows }, sent.reduce(0) { $0 &+ $1.fingerprint }]
    }
    #expect(rows(new) == rows(old))
    #expect(sent(new) == sent(old))
    // Where the instance is still there, it has what it had.
    if after > before {
      #expect(new.snapshot(of: InstanceID("in", 0))?.counters == old.members[0].snapshot.counters)
      let added = new.snapshot(of: InstanceID("in", after - 1))
      #expect(added?.counters == old.members[0].snapshot.counters.map { _ in StageCounters() })
    }
  }

  @Test func `a checkpoint of other stages fits no plan`() {
    let job = Self.job(sources: 2, windows: 3)
    let manifest = Self.manifest(job)
    #expect(manifest.fits(job))
    #expect(manifest.fits(Self.job(sources: 3, windows: 1)))
    for change: (inout Manifest) -> Void in [
      { $0.members.removeAll { $0.instance.stage == "sums" } },
      { $0.members.removeAll { $0.instance == InstanceID("sums", 1) } },
      { $0.members.swapAt(0, 1) },
      { $0.members.removeLast() },
      { $0.members.append($0.members[0]) },
      // A process more than its layout says.
      { manifest in
        let sink = manifest.members[5].snapshot
        manifest.layout = manifest.layout(for: job)
        manifest.members.append(.init(instance: InstanceID("out", 1), snapshot: sink))
      },
      { $0.members[1].snapshot.counters.removeLast() },
      { $0.members[1].snapshot.counters.append(StageCounters()) },
      { $0.members[1].instance = InstanceID("nobody", 0) },
    ] {
      var changed = manifest
      change(&changed)
      #expect(!changed.fits(job))
    }
  }

  @Test func `a checkpoint that was dealt anew can be dealt again`() {
    let once = Self.relaid(from: (2, 4), to: (1, 2))
    let twice = once.relaid(for: Self.job(sources: 2, windows: 1))
    let all = twice.snapshot(of: InstanceID("sums", 0))?.inherited.map(\.file)
    #expect(Set(all ?? []) == ["sums/0", "sums/1", "sums/2", "sums/3"])
    #expect(all?.count == 4)
    let shared = Self.relaid(from: (1, 1), to: (1, 3)).relaid(for: Self.job(sources: 1, windows: 2))
    #expect(shared.snapshot(of: InstanceID("sums", 1))?.inherited == [Self.state("sums/0")])
  }
}
