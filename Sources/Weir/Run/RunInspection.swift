import WeirCore
import WeirPOSIX
import WeirWire

/// Looks for what would keep a topology from running on this machine, and changes nothing.
struct RunInspection {
  private let loaded: LoadedTopology
  private var job: JobPlan { loaded.job }

  init(_ loaded: LoadedTopology) { self.loaded = loaded }

  /// Everything that is in the way now.
  func hindrances() -> [WeirError] {
    var found: [WeirError] = []
    var isNew = true
    collect(&found) { () throws(WeirError) in isNew = try loaded.stateFolder().epochs().isEmpty }
    // A run that goes on has its list of files, and its own output is not in its way.
    guard isNew else { return found }
    collect(&found) { () throws(WeirError) in _ = try partitions() }
    collect(&found) { () throws(WeirError) in try checkOutputs() }
    return found
  }

  private func collect(_ found: inout [WeirError], _ check: () throws(WeirError) -> Void) {
    do throws(WeirError) { try check() } catch { found.append(error) }
  }

  // MARK: Inputs

  /// The partitions of every stage: files, or the 64 of a generator; throws E408.
  ///
  /// The files of a source that follows them are found by its processes.
  func partitions() throws(WeirError) -> [[String]] {
    var partitions: [[String]] = []
    for stage in job.stages { partitions.append(try Self.partitions(of: stage)) }
    return partitions
  }

  /// Those of one stage; throws E408.
  static func partitions(of stage: StagePlan) throws(WeirError) -> [String] {
    guard case .source(let source) = stage.role else { return [] }
    switch source.connector {
    case .generate: return (0..<GeneratePlan.partitions).map { "\($0)" }
    case .file(let file):
      if file.follow { return [] }
      let paths = try Glob(file.path).paths()
      guard !paths.isEmpty else {
        throw WeirError(
          "E408",
          "source '\(stage.name)' has no file to read",
          detail: "\"\(file.path)\"",
          hint: "check the path: relative ones are relative to the topology file, or to '--base'",
          blame: .user
        )
      }
      return paths
    }
  }

  /// Files that match the path of a source and will not be read: a note for each such source.
  ///
  /// The list of files was taken when the run began. Throws E108 or E115.
  func unreadFiles(_ origin: RunOrigin) throws(WeirError) -> [WeirError] {
    var notes: [WeirError] = []
    for (stage, listed) in zip(job.stages, origin.partitions) {
      guard case .source(let source) = stage.role, case .file(let file) = source.connector,
        !file.follow
      else { continue }
      let new = try Glob(file.path).paths().filter { !listed.contains($0) }
      guard let first = new.first else { continue }
      let more = new.count > 1 ? " and \(new.count - 1) more" : ""
      notes.append(
        WeirError(
          "E446",
          "source '\(stage.name)' does not read files that came after the run had begun",
          detail: "\"\(first)\"\(more)",
          hint: "a source without 'follow: true' reads the files that were there at the start; "
            + "'--fresh' begins anew with all of them",
          blame: .user
        )
      )
    }
    return notes
  }

  // MARK: Outputs

  /// The sinks that make files.
  var fileSinks: [FileSinkOutput] {
    job.stages.compactMap { stage in
      guard case .sink(let sink) = stage.role, case .file(let file) = sink.connector else {
        return nil
      }
      return FileSinkOutput(
        name: stage.name,
        delivery: sink.delivery,
        names: PartNames(file.path)
      )
    }
  }

  /// Throws E409 if output of an earlier run is in the way.
  func checkOutputs() throws(WeirError) {
    var taken: [String] = []
    for sink in fileSinks {
      for path in try sink.names.existing() where !taken.contains(path) { taken.append(path) }
    }
    guard let first = taken.first else { return }
    let more = taken.count > 1 ? " and \(taken.count - 1) more" : ""
    throw WeirError(
      "E409",
      "the output of an earlier run is in the way",
      detail: "\"\(first)\"\(more)",
      hint: "'--fresh' moves it aside, to '….old-TIME'",
      blame: .user
    )
  }

  // MARK: Descriptors

  /// Open files that one process of the run needs at most.
  ///
  /// Throws E108 or E115 if a folder cannot be listed.
  func descriptorsNeeded(_ partitions: [[String]]) throws(WeirError) -> Int {
    // Each socket has a descriptor of its own, each connection one at either end.
    var most = 64 + 3 * job.instances.count
    for instance in job.instances {
      guard let stage = job.index(of: instance.stage) else { continue }
      var files = partitions[stage].count / max(job.stages[stage].processes, 1) + 1
      if case .source(let source) = job.stages[stage].role, case .file(let file) = source.connector,
        file.follow
      {
        // They may all belong to one process.
        files = try Glob(file.path).paths().count + 1
      }
      most = max(most, 48 + 4 * job.peers(of: instance).count + files)
    }
    return most
  }
}
