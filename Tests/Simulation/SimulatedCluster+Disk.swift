import WeirCore
import WeirTesting

// What is on the disk, and what a crash leaves of it.

extension SimulatedCluster {
  func begin(_ work: SimulatedWrite.Work, owner: Int?) {
    let round = owner.flatMap { processes[$0].node?.round } ?? Round(0)
    // Now and then a disk takes its time, and the run goes on meanwhile.
    let isManifest = if case .manifest = work { true } else { false }
    let pause =
      random.chance(isManifest ? 50 : 15) ? random.integer64(0...20 * disturbance.delay) : 0
    var write = SimulatedWrite(due: arrival() + pause, owner: owner, round: round, work: work)
    if Mutant.ackBeforeSync.isActive, owner != nil {
      write.isAwaited = false
      var answer = write
      (answer.due, answer.isAwaited, answer.isWork) = (now, true, false)
      writes.append(answer)
    }
    writes.append(write)
  }

  /// A write is durable, or has failed; whoever asked for it hears of it.
  func finish(_ write: SimulatedWrite) {
    // A run whose state folder cannot be written at its start or its end has failed, and says so.
    let isVital =
      coordinator?.phase == .numbering || coordinator?.phase == .concluding || write.isAside
    let fails = isDisturbed && !isVital && random.chance(disturbance.diskFailures)
    coverage.met(.diskFailure, if: fails)
    if !fails, write.isWork { makeDurable(write) }
    guard write.isAwaited else { return }
    let error = WeirError("E000", "the disk is full", recovery: .retry)
    switch write.work {
    case .numbers: command(fails ? .numbersFailed(error) : .numbersWritten)
    case .manifest(let manifest):
      guard fails || manifest.isFinished || reach(.recorded, .coordinator) else { return }
      command(
        fails ? .manifestFailed(manifest.epoch, error) : .manifestWritten(manifest.epoch)
      )
    case .aside(let epoch):
      guard reach(.asideDone, .coordinator) else { return }
      command(.manifestSetAside(epoch))
    case .quarantine: command(fails ? .quarantineFailed(error) : .quarantineWritten)
    case .state, .prepare, .commit:
      if let owner = write.owner { answer(write, owner, fails ? error : nil) }
    }
  }

  /// What is left of a write when its writer dies, or when all power fails: nobody has heard of it.
  ///
  /// A record is written beside its name and renamed, so it is there or it is not. Of a new file a
  /// prefix may be there, of several renames some.
  func breakOff(_ write: SimulatedWrite) {
    guard write.isWork else { return }
    switch (write.work, random.integer(0...2)) {
    case (_, 0): break
    case (.state(_, let reference, var file), 1):
      coverage.met(.tornFile)
      file.isWhole = false
      file.sections.removeLast(random.integer(0...file.sections.count))
      disk.files[reference.file] = file
    case (.prepare(_, let name, var part), 1):
      coverage.met(.tornFile)
      part.isWhole = false
      part.rows.removeLast(random.integer(0...part.rows.count))
      disk.hidden[name] = part
    case (.commit(let epoch, let outputs), 1):
      let some = outputs.filter { _ in random.chance(50) }
      coverage.met(.tornCommit, if: !some.isEmpty && some.count < outputs.count)
      makeDurable(
        SimulatedWrite(
          due: write.due,
          owner: write.owner,
          round: write.round,
          work: .commit(epoch, some)
        )
      )
    default: makeDurable(write)
    }
  }

  /// Removes manifests for good, and files so that a power failure may bring them back.
  func delete(_ epochs: [Epoch], files: [String]) {
    disk.manifests.removeAll { epochs.contains($0.epoch) }
    disk.removed.removeAll()
    for file in files {
      if let removed = disk.files.removeValue(forKey: file) { disk.removed[file] = removed }
    }
  }

  /// Brings back what was removed since the folder was last made durable, or some of it.
  func undoDeletions() {
    for (name, file) in disk.removed.sorted(by: { $0.key < $1.key }) where random.chance(50) {
      coverage.met(.deletionUndone)
      disk.files[name] = file
    }
    disk.removed.removeAll()
  }

  func makeDurable(_ write: SimulatedWrite) {
    switch write.work {
    case .numbers(let numbers): disk.numbers = numbers
    case .quarantine(let rows):
      coverage.met(.rowQuarantined)
      disk.quarantine = rows
    case .manifest(let manifest):
      note("epoch \(manifest.epoch.number) is recorded")
      for member in manifest.members where member.snapshot.epoch != manifest.epoch {
        violations.append(
          "epoch \(manifest.epoch.number) is recorded with '\(member.instance)' as it was at "
            + "\(member.snapshot.epoch.number)"
        )
      }
      checkOwners(manifest)
      for file in manifest.files where disk.files[file]?.isWhole != true {
        violations.append("\(file) is not durable, and epoch \(manifest.epoch.number) names it")
      }
      for output in manifest.members.flatMap(\.snapshot.outputs) {
        coverage.met(.failedEpochCommittedLater, if: output.epoch < manifest.epoch)
        if disk.hidden[output.text]?.isWhole != true, disk.visible[output.text] == nil {
          violations.append("\(output.text) is not durable, and a manifest names it")
        }
      }
      disk.write(manifest)
      if !manifest.isFinished { disk.points.append(LineagePoint(manifest, of: job)) }
      if step % 4 == 0 { auditLive() }
    case .aside(let epoch):
      note("epoch \(epoch.number) is aside")
      disk.manifests.removeAll { $0.epoch == epoch }
      disk.points.removeAll { $0.epoch >= epoch }
    case .state(_, let reference, let file): disk.files[reference.file] = file
    case .prepare(_, let name, let part): disk.hidden[name] = part
    case .commit(let epoch, let outputs):
      let isRecorded = disk.highestRecorded >= epoch
      if !isRecorded, disturbance.checkpoints != nil, disturbance.delivery != .atLeastOnce {
        violations.append("epoch \(epoch.number) becomes visible, and is not recorded")
      }
      for output in outputs {
        if let fault = disk.commit(output) { violations.append(fault) }
      }
    }
  }

  /// A key group has one owner: no other instance has anything of it in its snapshot.
  private func checkOwners(_ manifest: Manifest) {
    let layout = manifest.layout(for: job)
    for member in manifest.members {
      guard let state = member.snapshot.state, let file = disk.files[state.file],
        let stage = layout.stage(member.instance.stage)
      else { continue }
      let owners = job.table(of: stage).owners
      let stray = file.sections.map(\.section.address).first { address in
        address.table.kind != .head && owners[address.group] != member.instance.index
      }
      guard let stray else { continue }
      violations.append(
        "epoch \(manifest.epoch.number): '\(member.instance)' has key group \(stray.group), which is "
          + "that of '\(member.instance.stage)/\(owners[stray.group])'"
      )
    }
  }
}
