import WeirCore
import WeirTesting

/// The state folder and the folders of the sinks: what is on it is durable, and outlives everybody.
struct SimulatedDisk {
  /// Output of a sink, hidden or visible.
  struct Part {
    var instance: InstanceID
    var epoch: Epoch
    var rows: [(edge: EdgeIndex, row: [Value])]
    /// False: the writer died, or power failed, before all of it was on the disk.
    var isWhole = true
  }

  /// A file of keyed state: all sections to restore from it, and the file in which each lies.
  struct StateFile {
    var sections: [(section: StateSection, file: String)]
    /// False: the writer died, or power failed, before all of it was on the disk.
    var isWhole = true
  }

  var numbers = RunNumbers()
  var manifests: [Manifest] = []
  /// What was sent by the epochs that were recorded, and not put aside.
  var points: [LineagePoint] = []
  var quarantine: [QuarantinedRow] = []
  var files: [String: StateFile] = [:]
  /// Files whose removal is not durable.
  var removed: [String: StateFile] = [:]
  /// Files whose bytes are not those that were written.
  var damaged: [String] = []
  /// The newest epoch that was ever recorded.
  var highestRecorded = Epoch.none
  var hidden: [String: Part] = [:]
  var visible: [String: Part] = [:]

  /// What a coordinator that starts now finds.
  var record: RunRecord {
    var record = RunRecord()
    record.numbers = numbers
    record.manifests = manifests
    record.quarantine = quarantine
    return record
  }

  mutating func write(_ manifest: Manifest) {
    manifests.removeAll { $0.epoch == manifest.epoch }
    manifests.append(manifest)
    highestRecorded = max(highestRecorded, manifest.epoch)
  }

  /// True if a checkpoint cannot be restored.
  func isDamaged(_ manifest: Manifest) -> Bool {
    !manifest.isFinished && manifest.files.contains { damaged.contains($0) }
  }

  /// Takes back what is visible of later epochs, of one instance or of all; true if there was any.
  mutating func withdraw(
    after epoch: Epoch,
    where isOwn: (InstanceID) -> Bool = { _ in true }
  ) -> Bool {
    let later = visible.filter { _, part in part.epoch > epoch && isOwn(part.instance) }
    for name in later.keys { visible[name] = nil }
    return !later.isEmpty
  }

  /// Makes a hidden part visible, leaves what is so already alone, and returns what is wrong.
  mutating func commit(_ output: PreparedOutput) -> String? {
    if let part = hidden.removeValue(forKey: output.text) {
      visible[output.text] = part
      return part.isWhole ? nil : "prepared output \(output.text) is torn"
    }
    return visible[output.text] == nil ? "prepared output \(output.text) is gone" : nil
  }

  /// Removes hidden parts of an instance that nothing names.
  mutating func clean(_ instance: InstanceID, keeping outputs: [PreparedOutput]) {
    let kept = outputs.map(\.text)
    hidden = hidden.filter { $0.value.instance != instance || kept.contains($0.key) }
  }

  /// The rows of an edge that can be seen, in the order of their epochs.
  func rows(_ edge: EdgeIndex) -> [[Value]] {
    visible.values.sorted { ($0.epoch, $0.instance) < ($1.epoch, $1.instance) }.flatMap { part in
      part.rows.filter { $0.edge == edge }.map(\.row)
    }
  }
}

/// A write that was begun and is not durable yet.
struct SimulatedWrite {
  enum Work {
    case numbers(RunNumbers)
    case manifest(Manifest)
    case aside(Epoch)
    case quarantine([QuarantinedRow])
    case state(Epoch, StateReference, SimulatedDisk.StateFile)
    case prepare(Epoch, name: String, SimulatedDisk.Part)
    case commit(Epoch, [PreparedOutput])
  }

  var due: Int64
  /// The process that writes; nil: the coordinator.
  var owner: Int?
  var round: Round
  var work: Work
  /// False: whoever asked for it has been answered.
  var isAwaited = true
  /// False: only the answer is to come.
  var isWork = true

  var isAside: Bool { if case .aside = work { true } else { false } }
}
