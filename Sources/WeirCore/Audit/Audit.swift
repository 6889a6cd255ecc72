import WeirColumns

/// Compares what a run says of itself with what was found outside: a pure function.
///
/// - *Conservation.* Along every path: rows read = counted + filtered + late + rejected + errors, for
///   each operator; what a port gave is what its readers got; what was sent to a sink is in its files.
/// - *Contiguity.* The parts of each complete epoch hold just the rows that were sent in it, by number
///   and fingerprint: none is missing, none is there twice, and none of an epoch that never was.
/// - *Sources.* Records are counted by partition, and those that were read again are the same.
///
/// All counters are those of one checkpoint, so they are of one moment. No sink's counter is used.
package struct Audit {
  let evidence: AuditEvidence
  let job: JobPlan
  /// What is audited.
  let manifest: Manifest
  /// What became of rows, by stage, over all instances.
  let counters: [StageCounters]
  var faults: [AuditReport.Fault] = []
  var notes: [String] = []

  /// Paths that are told one by one.
  private static let mostPaths = 256

  private init(_ evidence: AuditEvidence) {
    self.evidence = evidence
    job = evidence.job
    manifest = evidence.manifests[evidence.manifests.count - 1]
    var counters = job.stages.map { _ in StageCounters() }
    for member in manifest.members {
      for (stage, own) in member.snapshot.counters.enumerated() where stage < counters.count {
        counters[stage] += own
      }
    }
    self.counters = counters
  }

  /// What the evidence shows.
  ///
  /// O(stages + links + points + parts x log parts).
  package static func report(_ evidence: AuditEvidence) -> AuditReport {
    var audit = Audit(evidence)
    audit.checkSources()
    audit.checkStages()
    for sink in evidence.sinks { audit.check(sink) }
    return audit.report()
  }

  // MARK: The report

  private mutating func report() -> AuditReport {
    let stages = job.stages.indices.map { stage($0) }
    let paths = paths()
    return AuditReport(
      name: job.name,
      checkpoint: manifest.epoch.number,
      isWhole: faults.isEmpty,
      rowsRead: stages.reduce(0) { $0 + ($1.kind == .source ? $1.rowsIn : 0) },
      rowsFound: stages.reduce(0) { $0 + ($1.rowsFound ?? 0) },
      paths: paths,
      stages: stages,
      faults: faults,
      notes: notes
    )
  }

  private func stage(_ index: StageIndex) -> AuditReport.Stage {
    let (plan, counters) = (job.stages[index], counters[index])
    let results = resultErrors(index)
    let kind: AuditReport.Stage.Kind =
      switch plan.role {
      case .source: .source
      case .stateless, .keyed: .operator
      case .sink: .sink
      }
    var stage = AuditReport.Stage(
      name: plan.name,
      kind: kind,
      rowsIn: counters.rowsIn,
      counted: counters.counted,
      filtered: counters.filtered,
      late: counters.late,
      rejected: counters.rejected,
      errors: counters.errors &- results,
      withheld: counters.withheld,
      resultErrors: results,
      rowsOut: counters.rowsOut,
      isWhole: isWhole(index)
    )
    let sink = evidence.sinks.first { $0.stage == index && $0.unread == nil }
    guard let sink else { return stage }
    stage.rowsFound = sink.total.rows
    stage.parts = sink.parts.count
    return stage
  }

  private func isWhole(_ stage: StageIndex) -> Bool {
    !faults.contains { $0.stage == job.stages[stage].name }
  }

  /// All ways from a source to a stage that nobody reads, in the order of the stages.
  private mutating func paths() -> [AuditReport.Path] {
    var paths: [AuditReport.Path] = []
    var isCut = false
    func walk(_ stage: StageIndex, _ names: [String], _ isWhole: Bool) {
      let isWhole = isWhole && self.isWhole(stage)
      let next = evidence.links.filter { $0.from == stage }
      let name = job.stages[stage].name
      guard !next.isEmpty else {
        isCut = isCut || paths.count == Self.mostPaths
        guard !isCut else { return }
        paths.append(AuditReport.Path(stages: names + [name], isWhole: isWhole))
        return
      }
      for link in next where !isCut {
        let port = link.port == .main ? name : "\(name).\(link.port.rawValue)"
        walk(link.to, names + [port], isWhole)
      }
    }
    for stage in job.stages.indices {
      if case .source = job.stages[stage].role { walk(stage, [], true) }
    }
    if isCut { notes.append("only the first \(Self.mostPaths) paths are listed") }
    return paths
  }

  // MARK: Faults

  mutating func fault(
    _ stage: StageIndex,
    _ message: String,
    epochs: ClosedRange<Epoch>? = nil,
    instance: Int? = nil,
    files: [String] = []
  ) {
    faults.append(
      AuditReport.Fault(
        stage: job.stages[stage].name,
        firstEpoch: epochs?.lowerBound.number,
        lastEpoch: epochs?.upperBound.number,
        instance: instance,
        files: files,
        message: message
      )
    )
  }

  /// `1 row`, `2 rows`.
  static func rows(_ count: UInt64) -> String { count == 1 ? "1 row" : "\(count) rows" }
}

extension SinkEvidence {
  /// All rows that were found.
  var total: RowTotal {
    var total = RowTotal()
    for part in parts { for found in part.found { total += found } }
    return total
  }
}
