/// Everything that an audit judges: what the run says of itself, and what was found outside.
///
/// Whoever gathers it reads; the audit only compares.
package struct AuditEvidence: Sendable {
  package var job: JobPlan
  package var links: [AuditLink]
  /// Complete checkpoints that are kept, oldest first, at least one: the last is what is audited.
  package var manifests: [Manifest]
  /// What is known of complete epochs up to the audited one, ascending; there may be gaps.
  package var points: [LineagePoint]
  /// Of sinks, in the order of their stages.
  package var sinks: [SinkEvidence]
  /// What was read of inputs again; empty if nothing was.
  package var inputs: [InputEvidence] = []
  /// True while the run goes on: what is newer than the audited epoch is none of its matter.
  package var isLive = false
  /// True if the run has ended by itself, so that nothing may be left hidden.
  package var isFinished = false

  package init(
    job: JobPlan,
    links: [AuditLink],
    manifests: [Manifest],
    points: [LineagePoint] = [],
    sinks: [SinkEvidence]
  ) {
    precondition(!manifests.isEmpty, "an audit of '\(job.name)' without a checkpoint")
    self.job = job
    self.links = links
    self.manifests = manifests
    self.points = points
    self.sinks = sinks
  }
}

/// An entry of a `from` list: whose rows a stage reads.
package struct AuditLink: Hashable, Sendable {
  package var from: StageIndex
  package var port: PortKind
  package var to: StageIndex
  /// False for a port that is read and gets no row, since nothing is diverted to it.
  package var carriesRows: Bool

  package init(from: StageIndex, port: PortKind, to: StageIndex, carriesRows: Bool = true) {
    self.from = from
    self.port = port
    self.to = to
    self.carriesRows = carriesRows
  }
}

/// What was found of a sink's output.
package struct SinkEvidence: Hashable, Sendable {
  package var stage: StageIndex
  /// Its edges, those together whose rows look alike in a file.
  package var shapes: [[EdgeIndex]]
  package var parts: [PartEvidence]
  /// Why nothing was read back; nil if all was.
  package var unread: String?

  package init(
    _ stage: StageIndex,
    shapes: [[EdgeIndex]] = [],
    parts: [PartEvidence] = [],
    unread: String? = nil
  ) {
    self.stage = stage
    self.shapes = shapes
    self.parts = parts
    self.unread = unread
  }
}

/// What was found in a file that a sink has made.
package struct PartEvidence: Hashable, Sendable {
  package var path: String
  /// The epoch in its name; nil for the only part of a bounded run.
  package var epoch: Epoch?
  /// The process of the sink in its name.
  package var instance: Int
  /// True if it has not got its final name.
  package var isHidden: Bool
  /// By shape of the sink.
  package var found: [RowTotal]
  /// What is wrong with its bytes, in words that go on from "the file".
  package var faults: [String]

  package init(
    _ path: String,
    epoch: Epoch?,
    instance: Int,
    isHidden: Bool = false,
    found: [RowTotal],
    faults: [String] = []
  ) {
    self.path = path
    self.epoch = epoch
    self.instance = instance
    self.isHidden = isHidden
    self.found = found
    self.faults = faults
  }
}

/// What was found when the input of a partition was read again, up to where the run had come.
package struct InputEvidence: Hashable, Sendable {
  package var stage: StageIndex
  package var partition: PartitionID
  /// What people call it: a path, or the number of a generated partition.
  package var name: String
  /// Nil: it cannot be read again.
  package var fingerprint: UInt64?

  package init(_ stage: StageIndex, _ partition: PartitionID, name: String, fingerprint: UInt64?) {
    self.stage = stage
    self.partition = partition
    self.name = name
    self.fingerprint = fingerprint
  }
}
