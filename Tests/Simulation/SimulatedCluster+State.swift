import WeirColumns
import WeirCore
import WeirTesting

// What a process keeps and brings back of its state.

extension SimulatedCluster {
  func beginState(
    _ epoch: Epoch,
    _ live: [StateTable],
    isFull: Bool,
    _ process: Int
  ) {
    guard let instance = processes[process].instance else { return }
    let name = "\(instance)-\(epoch.number)-\(processes[process].incarnation.number).state"
    var file = SimulatedDisk.StateFile(sections: [])
    if !isFull {
      file.sections = processes[process].stateFile.sections.filter {
        live.contains($0.section.address.table)
      }
    }
    processes[process].newFile = (name, file)
  }

  func writeState(_ sections: [StateSection], _ process: Int) {
    guard let name = processes[process].newFile?.name else {
      violations.append("\(self.name(process)) writes state without a file")
      return
    }
    for section in sections {
      coverage.met(.partialSnapshot, if: !section.isWhole)
      if section.isWhole {
        processes[process].newFile?.file.sections.removeAll {
          $0.section.address == section.address
        }
      }
      processes[process].newFile?.file.sections.append((section, name))
    }
  }

  func finishState(_ epoch: Epoch, _ process: Int) {
    guard let (name, file) = processes[process].newFile else { return }
    processes[process].newFile = nil
    var earlier: [String] = []
    for (_, other) in file.sections where other != name && !earlier.contains(other) {
      earlier.append(other)
    }
    let reference = StateReference(file: name, earlier: earlier, bytes: 0)
    begin(.state(epoch, reference, file), owner: process)
  }

  /// Begins to bring back what an epoch held.
  func restore(_ request: RestoreRequest, _ process: Int) {
    guard let instance = processes[process].instance else { return }
    note("\(name(process)) restores epoch \(request.epoch.number)")
    // What was being written belongs to a time that is given up.
    let left = writes.filter { $0.owner == process }
    writes.removeAll { $0.owner == process }
    for write in left { breakOff(write) }
    processes[process].source?.seek(request.partitions)
    processes[process].written = []
    processes[process].newFile = nil
    disk.clean(instance, keeping: request.outputs)
    if disturbance.delivery != .atLeastOnce, request.epoch > .none,
      !Mutant.partNotWithdrawn.isActive, withdraw(after: request.epoch, by: process)
    {
      coverage.met(.withdrawn)
      note("\(name(process)) withdraws what is visible after epoch \(request.epoch.number)")
    }
    damage(request)
    var sections: [StateSection] = []
    if let state = request.state {
      for file in state.files where disk.files[file]?.isWhole != true {
        violations.append("\(file) is gone or torn, and \(name(process)) is restored from it")
      }
      processes[process].stateFile = disk.files[state.file] ?? .init(sections: [])
      processes[process].readsDamage = state.files.contains { disk.damaged.contains($0) }
      // By address; what was written first comes first.
      sections = Self.inOrder(processes[process].stateFile.sections.map(\.section))
    } else {
      processes[process].stateFile = .init(sections: [])
      processes[process].readsDamage = request.inherited.flatMap(\.files).contains {
        disk.damaged.contains($0)
      }
      sections = request.inherited.flatMap { inherit($0, as: instance, process) }
    }
    processes[process].restoring = (request.round, sections)
  }

  /// Takes back what an instance has shown; the first also what those have that are no more.
  func withdraw(after epoch: Epoch, by process: Int) -> Bool {
    guard let instance = processes[process].instance else { return false }
    let count = processes[process].layout?.processes ?? 1
    return disk.withdraw(after: epoch) { writer in
      writer == instance
        || writer.stage == instance.stage && instance.index == 0 && writer.index >= count
    }
  }

  /// What an instance takes over of another's state.
  func inherit(
    _ state: StateReference,
    as instance: InstanceID,
    _ process: Int
  ) -> [StateSection] {
    coverage.met(.stateInherited)
    for file in state.files where disk.files[file]?.isWhole != true {
      violations.append("\(file) is gone or torn, and '\(instance)' inherits it")
    }
    guard let stage = job.index(of: instance.stage), let file = disk.files[state.file] else {
      return []
    }
    let table = processes[process].layout.map { job.table(of: $0) } ?? job.table(of: stage)
    return Self.inOrder(file.sections.map(\.section)).filter { section in
      section.address.table.kind == .head
        || table.owners[section.address.group] == instance.index
    }
  }

  /// By address; what was written first comes first.
  static func inOrder(_ sections: [StateSection]) -> [StateSection] {
    sections.enumerated()
      .sorted { ($0.element.address, $0.offset) < ($1.element.address, $1.offset) }
      .map(\.element)
  }

  /// Reads some of the state, and says when there is no more.
  func restoreSome(_ process: Int) {
    guard let (round, sections) = processes[process].restoring else { return }
    if processes[process].readsDamage, sections.isEmpty || random.chance(50) {
      coverage.met(.damagedSnapshot)
      processes[process].restoring = nil
      processes[process].readsDamage = false
      handle(.restoreFailed(round, WeirError("E515", "it is damaged")), process)
      return
    }
    if kind(process) == .keyed {
      guard reach(.restore, .keyed, process) else { return }
    }
    if sections.isEmpty {
      processes[process].restoring = nil
      handle(.restored(round), process)
    } else {
      let count = random.integer(1...sections.count)
      processes[process].restoring?.sections.removeFirst(count)
      handle(.stateRead(round, Array(sections.prefix(count))), process)
    }
    if processes[process].busyUntil < .max {
      processes[process].busyUntil = now + processes[process].cost
    }
  }
}
