import WeirCore

/// The audit of a run after a drill, at a checkpoint that was completed after the run had come back.
struct DrillAudit {
  private let loaded: LoadedTopology

  init(_ loaded: LoadedTopology) { self.loaded = loaded }

  /// Waits for a checkpoint behind the one that was gone back to, or for the end of the run, and
  /// audits what is visible then; the inputs are not read again.
  ///
  /// Throws E496 if no checkpoint is completed in time, and what keeps a file from being read.
  func report(after epoch: Epoch) throws(WeirError) -> AuditReport {
    let folder = try loaded.stateFolder()
    let every = loaded.job.checkpoints?.every ?? 0
    let patience = DrillPatience(nanoseconds: DrillLimits.settle + 2 * every)
    let found = try patience.first { () throws(WeirError) -> Manifest? in
      guard let newest = try StoredRun.manifests(folder).last?.manifest else { return nil }
      return newest.epoch > epoch || newest.isFinished ? newest : nil
    }
    guard found != nil else {
      throw WeirError(
        "E496",
        "no checkpoint of '\(loaded.job.name)' was completed after the drill, so nothing is audited",
        detail: "the last is checkpoint \(epoch.number), in \"\(folder.path)\"",
        hint: "'weir checkpoints' shows what they wait for; '--no-audit' leaves the audit out"
      )
    }
    return try RunAudit(loaded).report(readsInputs: false)
  }
}
