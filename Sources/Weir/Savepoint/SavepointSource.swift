import WeirCore
import WeirPOSIX
import WeirWire

/// A run of whose state a savepoint is written, whether it lives or not.
struct SavepointSource {
  private let name: String
  private let folder: StateFolder

  /// How often a checkpoint may be removed while its files are opened before another is asked for in vain.
  private static let mostTries = 5

  init(_ name: String, _ folder: StateFolder) {
    self.name = name
    self.folder = folder
  }

  /// Writes the newest checkpoint of a run that does not live; throws E462 if there is none, E111 if it
  /// lives again, and as `SavepointWriter` does.
  func write(to path: String) throws(WeirError) -> SavepointWriter.Result {
    try SavepointWriter.check(path)
    // A run without a state folder has no lock either.
    _ = try StateSubject.newest(of: name, folder)
    let lock = try FileLock(folder.lock)
    let stored = try StateSubject.newest(of: name, folder)
    let result = try SavepointWriter(stored, of: name, in: folder, to: path).write()
    withExtendedLifetime(lock) {}
    return result
  }

  /// Lets a run that lives take a checkpoint, and writes it.
  ///
  /// Throws as `ConsoleClient.checkpoint` and `SavepointWriter` do.
  func write(
    to path: String,
    asking client: ConsoleClient
  ) throws(WeirError) -> SavepointWriter.Result {
    try SavepointWriter.check(path)
    var tries = 0
    while true {
      tries += 1
      let epoch = try client.checkpoint()
      let writer: SavepointWriter
      do throws(WeirError) {
        writer = try SavepointWriter(
          StoredRun.manifest(epoch, folder),
          of: name,
          in: folder,
          to: path
        )
      } catch {
        // Later checkpoints came so fast that this one was removed before its files were open.
        guard tries < Self.mostTries, !isThere(epoch) else { throw error }
        continue
      }
      return try writer.write()
    }
  }

  private func isThere(_ epoch: Epoch) -> Bool {
    (try? FileReader.identity(of: folder.manifest(epoch))).flatMap { $0 } != nil
  }
}
