import WeirColumns
import WeirCore
import WeirTesting

// The audit of the run, by what its disk holds: it must find nothing, and see what is done to a part.

extension SimulatedCluster {
  /// Audits what is there while the run goes on: what is newer than the last checkpoint is passed over.
  func auditLive() {
    guard let evidence = evidence(isLive: true) else { return }
    coverage.met(.auditedLive)
    tell(Audit.report(evidence), "while it runs")
  }

  /// Audits what the run has left behind.
  func auditEnd() {
    guard var evidence = evidence(isLive: false) else { return }
    coverage.met(.audited)
    evidence.inputs = inputs(evidence.manifests)
    tell(Audit.report(evidence), "in the end")
    guard violations.isEmpty else { return }
    for change in Change.allCases { checkAlarm(change, evidence) }
  }

  private func tell(_ report: AuditReport, _ when: String) {
    guard !report.isWhole else { return }
    violations.append(
      "the audit \(when) finds: \(report.faults.map(\.message).joined(separator: "; "))\n\(dump)"
    )
  }

  // MARK: Alarms

  /// What is done to a part.
  private enum Change: CaseIterable {
    case removed
    case doubled
    case edited
    case shortened
  }

  /// Changes one of the parts, and expects the audit to see it.
  private func checkAlarm(_ change: Change, _ evidence: AuditEvidence) {
    var places: [(sink: Int, part: Int)] = []
    for (sink, found) in evidence.sinks.enumerated() {
      guard case .sink(let plan) = job.stages[found.stage].role, plan.delivery == .exactlyOnce
      else {
        continue
      }
      for (part, evidence) in found.parts.enumerated() where evidence.found[0].rows > 0 {
        places.append((sink, part))
      }
    }
    guard !places.isEmpty else { return }
    let (sink, place) = places[step % places.count]
    var changed = evidence
    var part = changed.sinks[sink].parts[place]
    switch change {
    case .removed: changed.sinks[sink].parts.remove(at: place)
    case .doubled:
      part.path += " again"
      changed.sinks[sink].parts.append(part)
    case .edited: changed.sinks[sink].parts[place].found[0].fingerprint ^= 1 << UInt64(step % 64)
    case .shortened: changed.sinks[sink].parts[place].found[0].rows -= 1
    }
    coverage.met(.auditAlarm)
    guard Audit.report(changed).isWhole else { return }
    violations.append("the audit does not see that '\(part.path)' was \(change)\n\(dump)")
  }

  // MARK: Evidence

  private func evidence(isLive: Bool) -> AuditEvidence? {
    let manifests =
      disturbance.checkpoints == nil ? Array(coordinator?.manifests ?? []) : disk.manifests
    guard let last = manifests.last else { return nil }
    // A journal may have lost some.
    let points = disk.points.filter { $0.epoch <= last.epoch && $0.epoch.number % 5 != 3 }
    var evidence = AuditEvidence(
      job: job,
      links: scenario.links,
      manifests: manifests,
      points: points,
      sinks: job.stages.indices.compactMap { sink($0, last, isLive: isLive) }
    )
    evidence.isLive = isLive
    evidence.isFinished = last.isFinished
    return evidence
  }

  private func sink(_ stage: StageIndex, _ manifest: Manifest, isLive: Bool) -> SinkEvidence? {
    guard case .sink = job.stages[stage].role else { return nil }
    let edges = job.stages[stage].inputs
    // Edges whose rows look alike in a file.
    var shapes: [[EdgeIndex]] = []
    for edge in edges {
      let shape = shapes.firstIndex { job.edges[$0[0]].schema == job.edges[edge].schema }
      if let shape { shapes[shape].append(edge) } else { shapes.append([edge]) }
    }
    var evidence = SinkEvidence(stage, shapes: shapes)
    let name = job.stages[stage].name
    let prepared = manifest.members.filter { $0.instance.stage == name }
      .flatMap(\.snapshot.outputs).map(\.text)
    let visible = disk.visible.filter { $0.value.instance.stage == name }
    let hidden = disk.hidden.filter { prepared.contains($0.key) && visible[$0.key] == nil }
    for (parts, isHidden) in [(visible, false), (hidden, true)] {
      for (path, part) in parts.sorted(by: { $0.key < $1.key }) {
        if isLive, part.epoch > manifest.epoch { continue }
        evidence.parts.append(
          PartEvidence(
            path,
            epoch: part.epoch,
            instance: part.instance.index,
            isHidden: isHidden,
            found: shapes.map { edges in
              edges.reduce(into: RowTotal()) { $0 += total(part, $1) }
            }
          )
        )
      }
    }
    return evidence
  }

  /// The rows of an edge in a part, read back.
  private func total(_ part: SimulatedDisk.Part, _ edge: EdgeIndex) -> RowTotal {
    let rows = part.rows.filter { $0.edge == edge }.map(\.row)
    guard !rows.isEmpty else { return RowTotal() }
    let schema = job.edges[edge].schema
    let batch = Batch(schema, capacity: rows.count)
    batch.append(rows)
    let buffer = SelectionBuffer(capacity: rows.count)
    let fingerprint = withExtendedLifetime(buffer) {
      OutputFingerprint(schema).of(batch, buffer.all(rows.count))
    }
    return RowTotal(rows: UInt64(rows.count), fingerprint: fingerprint)
  }

  /// The partitions read again, up to where the last checkpoint stands in each.
  private func inputs(_ manifests: [Manifest]) -> [InputEvidence] {
    var inputs: [InputEvidence] = []
    for member in manifests.last?.members ?? [] {
      guard let stage = job.index(of: member.instance.stage),
        case .source(let plan) = job.stages[stage].role, let all = scenario.partitions[stage]
      else { continue }
      let ids = member.snapshot.partitions.map(\.partition).sorted()
      for partition in member.snapshot.partitions {
        let end = partition.position.flatMap { Int($0.text) } ?? 0
        let fingerprint = SimulatedSource.fingerprint(
          of: all[partition.partition.number],
          partition.partition,
          upTo: end,
          among: plan.connector.isGenerated ? ids : nil
        )
        let name = "\(member.instance), partition \(partition.partition.number)"
        inputs.append(
          InputEvidence(stage, partition.partition, name: name, fingerprint: fingerprint)
        )
      }
    }
    return inputs
  }
}
