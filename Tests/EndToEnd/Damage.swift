import Glibc
import Testing

/// Changes bytes of a run's state while it runs, and takes the process that needs them away.
struct Damage {
  let folder: TestFolder
  let run: WeirProcess

  var state: String { ".weir/recovery" }

  /// The epochs of the manifests that are kept, in order.
  var epochs: [Int] { Self.epochs(folder) }

  static func epochs(_ folder: TestFolder) -> [Int] {
    folder.names(in: ".weir/recovery").filter { $0.hasPrefix("manifest-") && $0.hasSuffix(".json") }
      .compactMap { Int($0.dropFirst(9).dropLast(5)) }.sorted()
  }

  /// Stops the coordinator just behind a checkpoint whose output is visible, damages what that one has
  /// written of a stage's state, kills the stage, and lets the coordinator see it.
  ///
  /// Returns the epoch of the checkpoint. `more` is done besides, while nothing can happen.
  func strike(
    _ stage: String,
    afterEpoch first: Int,
    output: String,
    more: () -> Void = {}
  ) throws -> Int {
    var struck: Int?
    let isThere = Waiting.until {
      guard run.poll() == nil else { return true }
      guard let now = epochs.last, now >= first else { return false }
      run.send(SIGSTOP)
      defer { run.send(SIGCONT) }
      guard isStopped, let epoch = epochs.last, epochs.count > 1, isVisible(epoch, output),
        let file = folder.names(in: "\(state)/state").first(where: {
          $0.hasPrefix("\(stage)-0-\(epoch)-")
        })
      else { return false }
      var bytes = TestFolder.bytes("\(folder.path)/\(state)/state/\(file)")
      bytes[bytes.count / 2] ^= 0x10
      folder.write("\(state)/state/\(file)", bytes)
      for victim in ProcessTable.instances(of: folder) where victim.stage == stage {
        kill(victim.id, SIGKILL)
      }
      more()
      struck = epoch
      return true
    }
    try #require(isThere && struck != nil, "\(run.errors)")
    return struck ?? 0
  }

  /// True once the signal has had its effect.
  private var isStopped: Bool {
    Waiting.until {
      ProcessTable.status(run.id).contains { $0.hasPrefix("State:") && $0.contains("T") }
    }
  }

  private func isVisible(_ epoch: Int, _ output: String) -> Bool {
    folder.names(in: "out").contains { name in
      name.hasPrefix("\(output)-")
        && name.split(separator: "-").dropFirst().first.map { Int($0) } == epoch
    }
  }

  /// What was withdrawn from the folder of the sinks; it is removed, so that the rest can be compared.
  static func takeWithdrawn(_ folder: TestFolder) -> [String] {
    let names = folder.names(in: "out/.withdrawn")
    for name in names { unlink("\(folder.path)/out/.withdrawn/\(name)") }
    rmdir("\(folder.path)/out/.withdrawn")
    return names
  }
}
