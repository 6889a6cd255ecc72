import WeirCore
import WeirPOSIX

/// A checkpoint in a state folder, as far as it can be told from outside.
struct StoredCheckpoint: Codable, Hashable {
  var epoch: Epoch
  /// When its output was visible, or its manifest was written if the run ended before it could note
  /// that; nil: nobody knows.
  var at: WallTime?
  /// True if the run has ended with it: nothing is gone on from it.
  var isLast: Bool
  /// Bytes of keyed state that were written for it.
  var writtenBytes: Int64
  /// Bytes of all files of keyed state that it needs, earlier ones too.
  var neededBytes: Int64
  var times: CheckpointTimes?
  /// Why it cannot be gone on from; nil: all of it was read, and is whole.
  var fault: WeirError?

  /// All that a folder holds, newest first; of the state of each all bytes are read, as a restore
  /// would.
  ///
  /// Those that a coordinator removes meanwhile are left out. Throws E108 or E115.
  static func all(in folder: StateFolder) throws(WeirError) -> [StoredCheckpoint] {
    // What cannot be read of it is only of interest.
    let history = (try? folder.history.entries()) ?? []
    var found: [StoredCheckpoint] = []
    for epoch in try folder.epochs() {
      let noted = history.last { $0.epoch == epoch && $0.error == nil }
      let checkpoint = Self(epoch, noted, in: folder)
      // One that was removed while it was read is not broken.
      let isThere = (try? FileReader.identity(of: folder.manifest(epoch))) != nil
      if isThere { found.append(checkpoint) }
    }
    return found
  }

  /// One of which nothing is known yet.
  init(epoch: Epoch) {
    self.epoch = epoch
    isLast = false
    writtenBytes = 0
    neededBytes = 0
  }

  private init(_ epoch: Epoch, _ noted: CheckpointHistory.Entry?, in folder: StateFolder) {
    self.init(epoch: epoch)
    at = noted?.at
    times = noted?.times
    do throws(WeirError) {
      let stored = try StoredRun.manifest(epoch, folder)
      let manifest = stored.manifest
      at = at ?? stored.writtenAt
      isLast = manifest.isFinished
      writtenBytes = manifest.members.reduce(0) { $0 + ($1.snapshot.state?.bytes ?? 0) }
      for file in manifest.files {
        neededBytes += try FileReader("\(folder.files)/\(file)").size()
      }
      try StoredRun.verify(manifest, folder)
    } catch {
      fault = error
    }
  }
}
