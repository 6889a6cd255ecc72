import WeirCore
import WeirPOSIX
import WeirTopology

/// Audits a run: gathers what it says of itself and what is in its sinks' files, and compares.
struct RunAudit {
  private let loaded: LoadedTopology
  private var job: JobPlan { loaded.job }

  init(_ loaded: LoadedTopology) { self.loaded = loaded }

  // MARK: A run's folder

  /// Audits what the state folder of a run holds, also while it goes on.
  ///
  /// `readsInputs`: what its sources have read is read again. Throws E450 if there is nothing to
  /// audit, and what keeps a file from being read. O(bytes).
  func report(readsInputs: Bool) throws(WeirError) -> AuditReport {
    let folder = try loaded.stateFolder()
    let isLive = try Self.isLive(folder)
    let stored = try StoredRun.manifests(folder)
    guard let newest = stored.last else {
      throw WeirError(
        "E450",
        "there is nothing to audit in \"\(folder.path)\"",
        detail: "no checkpoint of '\(job.name)' is complete",
        hint: job.checkpoints == nil
          ? "with 'checkpoints: none' the audit is made at the end of the run"
          : "run it first, or wait for its first checkpoint",
        blame: .user
      )
    }
    let difference = PlanDifference.text(newest.origin.clauses, job.clauses)
    guard difference == nil, newest.origin.fingerprint == job.fingerprint else {
      throw WeirError(
        "E450",
        "the state in \"\(folder.path)\" is of another topology",
        detail: difference ?? "what it is filled in with from the environment has changed since",
        hint: "audit it with the file as it was",
        blame: .user
      )
    }
    let points = LineageJournal.points(in: folder, of: job)
    var evidence = try evidence(stored.map(\.manifest), points, isLive: isLive)
    evidence.isFinished = newest.manifest.isFinished
    if readsInputs { evidence.inputs = try InputReading.evidence(newest.manifest, job) }
    return named(Audit.report(evidence))
  }

  /// Whether a coordinator holds the lock.
  private static func isLive(_ folder: StateFolder) throws(WeirError) -> Bool {
    guard try FileReader.identity(of: folder.lock) != nil else { return false }
    do throws(WeirError) {
      _ = try FileLock(folder.lock)
      return false
    } catch {
      guard error.code == "E111" else { throw error }
      return true
    }
  }

  // MARK: A run that has just ended

  /// Audits a run that has ended by itself, under its lock; its inputs are not read again.
  ///
  /// There is at least one manifest. Throws what keeps a file from being read. O(bytes).
  func report(
    _ manifests: [Manifest],
    in folder: StateFolder
  ) throws(WeirError) -> AuditReport {
    let points = LineageJournal.points(in: folder, of: job)
    var evidence = try evidence(manifests, points)
    evidence.isFinished = true
    return named(Audit.report(evidence))
  }

  /// How the audit at the end of a run went.
  enum Result {
    case audited(AuditReport)
    /// A file could not be read.
    case failed(WeirError)

    var report: AuditReport? { if case .audited(let report) = self { report } else { nil } }

    var error: WeirError? { if case .failed(let error) = self { error } else { nil } }

    var isWhole: Bool { report?.isWhole ?? false }
  }

  /// The audit at the end of a run that has finished.
  func result(_ manifests: [Manifest], in folder: StateFolder) -> Result {
    do throws(WeirError) {
      return .audited(try report(manifests, in: folder))
    } catch {
      return .failed(error)
    }
  }

  /// Names the parts that are missing, where it is known to which epoch they belong.
  private func named(_ report: AuditReport) -> AuditReport {
    var report = report
    for index in report.faults.indices {
      let fault = report.faults[index]
      guard fault.files.isEmpty, let epoch = fault.lastEpoch, epoch == fault.firstEpoch,
        let instance = fault.instance, let stage = job.index(of: fault.stage),
        case .sink(let sink) = job.stages[stage].role, case .file(let plan) = sink.connector
      else { continue }
      let path = PartNames(plan.path).part(epoch: Epoch(epoch), instance: instance)
      report.faults[index].files = [path]
      report.faults[index].message += ": \"\(path)\""
    }
    return report
  }

  // MARK: Evidence

  private func evidence(
    _ manifests: [Manifest],
    _ points: [LineagePoint],
    isLive: Bool = false
  ) throws(WeirError) -> AuditEvidence {
    let last = manifests[manifests.count - 1]
    var sinks: [SinkEvidence] = []
    for stage in job.stages.indices {
      let reading = SinkOutputReading(job, stage)
      if let sink = try reading.evidence(last, ignoresNewer: isLive) { sinks.append(sink) }
    }
    var evidence = AuditEvidence(
      job: job,
      links: links,
      manifests: manifests,
      points: points,
      sinks: sinks
    )
    evidence.isLive = isLive
    return evidence
  }

  /// What each stage reads, as the file has it.
  private var links: [AuditLink] {
    let file = loaded.topology.file
    var links: [AuditLink] = []
    func add(_ references: [Located<String>], to reader: String) {
      guard let to = job.index(of: reader) else { return }
      for reference in references {
        let parts = reference.value.split(separator: ".", maxSplits: 1).map(String.init)
        let port = parts.count > 1 ? PortKind(rawValue: parts[1]) : .main
        guard let from = job.index(of: parts[0]), let port else { continue }
        let carries = diverts(parts[0], to: port)
        links.append(AuditLink(from: from, port: port, to: to, carriesRows: carries))
      }
    }
    for stage in file.operators { add(stage.from, to: stage.name.value) }
    for stage in file.sinks { add(stage.from, to: stage.name.value) }
    return links
  }

  /// Whether rows come out of a port: those of failures only where they are diverted.
  private func diverts(_ stage: String, to port: PortKind) -> Bool {
    let file = loaded.topology.file
    switch port {
    case .main, .late, .updates: return true
    case .rejected:
      return file.sources.first { $0.name.value == stage }?.onBadRecord == .divert
    case .errors, .poison:
      return file.operators.first { $0.name.value == stage }?.onError == .divert
    }
  }
}
