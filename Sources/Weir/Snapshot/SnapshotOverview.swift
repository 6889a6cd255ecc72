import WeirColumns
import WeirCore

/// What a savepoint or a checkpoint holds, but for the keys: printed as JSON as it is.
struct SnapshotOverview: Encodable {
  /// A stage.
  struct Stage: Encodable {
    var name: String
    var kind: StageOutline.Kind
    var processes: Int
    /// The least over its instances.
    var watermark: String?
    /// Of a keyed operator: bytes of the files.
    var bytes: Int64?
    /// Of a source.
    var partitions: [Partition]?
  }

  /// A partition of a source.
  struct Partition: Encodable {
    var partition: Int
    /// The file, or nil.
    var file: String?
    /// Where reading goes on: a byte of the file, or the number of a row of this process.
    var position: Int64?
    var rows: UInt64
    var hasEnded: Bool
    /// The highest event time.
    var highest: String?
  }

  var kind: String
  var run: String?
  var program: String?
  var epoch: UInt64
  var takenAt: String?
  var stages: [Stage]

  init(_ subject: StateSubject) {
    let manifest = subject.stored.manifest
    kind = subject.savepoint == nil ? "checkpoint" : "savepoint"
    run = subject.savepoint?.run ?? subject.name
    program = subject.savepoint?.program
    epoch = manifest.epoch.number
    takenAt = subject.takenAt.map { TimestampText.text($0.microseconds / 1000 * 1000) }
    let bytes = subject.bytes
    stages = subject.stages.map { outline in
      let snapshots = manifest.members.filter { $0.instance.stage == outline.name }.map(\.snapshot)
      var stage = Stage(name: outline.name, kind: outline.kind, processes: outline.processes)
      stage.watermark = snapshots.map(\.watermark).min().map(Self.text)
      if outline.kind == .keyed { stage.bytes = bytes[outline.name] ?? 0 }
      if outline.kind == .source {
        stage.partitions = snapshots.flatMap(\.partitions).map(Partition.init)
          .sorted { $0.partition < $1.partition }
      }
      return stage
    }
  }

  private static func text(_ watermark: Watermark) -> String {
    switch watermark {
    case .start: "start"
    case .end: "end"
    default: TimestampText.text(watermark.microseconds)
    }
  }
}

extension SnapshotOverview.Partition {
  fileprivate init(_ known: PartitionSnapshot) {
    partition = known.partition.number
    rows = known.rows &+ known.rowsBefore
    hasEnded = known.hasEnded
    highest = known.highest.map { TimestampText.text($0) }
    guard let text = known.position?.text else { return }
    if let place = try? FilePosition(text) {
      file = place.path
      position = place.offset
    } else {
      position = Int64(text)
    }
  }
}
