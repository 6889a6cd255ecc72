// Going back behind a complete checkpoint, since it turns out to be damaged.

extension CoordinatorNode {
  /// Handles that an instance cannot be restored from the checkpoint that its region goes back to.
  ///
  /// The manifest is put aside first, durably: whoever starts from then on begins at the one before,
  /// and what became visible after that is withdrawn by whoever restores, however often it takes.
  /// Only then do all regions go back, since a manifest is one point of all of them.
  mutating func stateUnusable(
    _ index: Int,
    _ round: Round,
    _ error: WeirError,
    into effects: inout [CoordinatorEffect]
  ) {
    let region = members[index].region
    guard isActive, settingAside == nil, members[index].step == .rewinding,
      regions[region].step == .rewinding, regions[region].round == round,
      let broken = manifests.last
    else { return }
    let cause = "'\(members[index].instance)': \(error.message)"
    guard manifests.count > 1 else {
      end(WeirError.unusable(broken.epoch, cause), into: &effects)
      return
    }
    let before = manifests[manifests.count - 2].epoch
    if !acceptsDuplicates, let sink = members.first(where: { !$0.canWithdraw }) {
      let stage = sink.instance.stage
      end(WeirError.notTakenBack(broken.epoch, by: stage, before, cause), into: &effects)
      return
    }
    let told = WeirError(
      "E445",
      "checkpoint \(broken.epoch.number) cannot be used",
      detail: cause,
      recovery: .retry
    )
    effects.append(.say(.checkpointBroken(broken.epoch, told)))
    settingAside = broken.epoch
    effects.append(.setAside(broken.epoch))
  }

  /// Nobody goes back to that epoch any more: all go back to the one before.
  mutating func setAside(_ epoch: Epoch, at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard settingAside == epoch else { return }
    settingAside = nil
    guard isActive else { return }
    manifests.removeAll { $0.epoch == epoch }
    takeBackLayout(at: now, into: &effects)
    // Its output is withdrawn, whether it was visible or not.
    open = nil
    for region in regions.indices {
      regions[region].step = .waiting
      regions[region].lostDue = nil
    }
  }

  mutating func setAsideFailed(
    _ epoch: Epoch,
    _ error: WeirError,
    into effects: inout [CoordinatorEffect]
  ) {
    guard settingAside == epoch else { return }
    settingAside = nil
    // The next run finds the same damage, and does the same.
    if isActive { end(error, into: &effects) }
  }

  /// Ends the run, since its state cannot be used.
  private mutating func end(_ error: WeirError, into effects: inout [CoordinatorEffect]) {
    hasFailed = true
    outcome = .failed
    effects.append(.say(.stateFailed(error)))
    killAll(into: &effects)
  }
}

extension WeirError {
  /// A checkpoint is damaged, and there is none before it.
  package static func unusable(_ epoch: Epoch, _ cause: String) -> WeirError {
    WeirError(
      "E441",
      "checkpoint \(epoch.number) cannot be used, and no other is kept",
      detail: cause,
      hint: "bring the state folder back from a copy, or begin anew with '--fresh'",
      blame: .user,
      recovery: .stop
    )
  }

  /// A checkpoint is damaged, and what a sink has shown since the one before cannot be taken back.
  package static func notTakenBack(
    _ epoch: Epoch,
    by sink: String,
    _ before: Epoch,
    _ cause: String
  ) -> WeirError {
    WeirError(
      "E443",
      "checkpoint \(epoch.number) cannot be used, and what sink '\(sink)' has printed since "
        + "checkpoint \(before.number) cannot be taken back",
      detail: cause,
      hint: "bring the state folder back from a copy, go on with '--accept-duplicates', which "
        + "prints those rows again, or begin anew with '--fresh'",
      blame: .user,
      recovery: .stop
    )
  }
}
