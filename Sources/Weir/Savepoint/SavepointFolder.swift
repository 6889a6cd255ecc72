import WeirCore
import WeirPOSIX
import WeirWire

/// A savepoint on the disk: a folder that can be moved, copied and kept as a whole.
///
///     savepoint.json              what it is: written last, so that without it there is none
///     state/declines-1-12-7       the keyed state of an instance: all of it, in one file
struct SavepointFolder {
  let path: String

  init(_ path: String) { self.path = path }

  private static let recordName = "savepoint.json"

  var record: String { "\(path)/\(Self.recordName)" }
  /// The folder of the files of keyed state.
  var files: String { path + "/state" }

  /// True if there is a savepoint, whole or not.
  static func isOne(_ path: String) -> Bool {
    (try? FileReader.identity(of: SavepointFolder(path).record)).flatMap { $0 } != nil
  }

  // MARK: Reading

  /// What its record says; of the keyed state nothing is read.
  ///
  /// Throws E463 if there is none, E464 if it is damaged, E465 if another version wrote it.
  func read() throws(WeirError) -> StoredSavepoint {
    guard Self.isOne(path) else {
      throw WeirError(
        "E463",
        "there is no savepoint in \"\(path)\"",
        detail: Folder.isFolder(path) ? "it has no \(Self.recordName)" : "there is no such folder",
        hint: "'weir savepoint RUN PATH' writes one",
        blame: .user
      )
    }
    let bytes = try StateFolder.bytes(record)
    let savepoint: StoredSavepoint
    do throws(WeirError) {
      savepoint = try bytes.span.withUnsafeBytes { raw throws(WeirError) in
        let version = try RecordCodec.savepointVersion(raw)
        guard version == StoredSavepoint.version else {
          throw other("it has form \(version), this version reads \(StoredSavepoint.version)")
        }
        do throws(WeirError) {
          return try RecordCodec.savepoint(raw)
        } catch {
          throw other(error.detail ?? error.message)
        }
      }
    } catch {
      throw error.code == "E465" ? error : damaged(error.detail ?? error.message)
    }
    try check(savepoint)
    return savepoint
  }

  /// Throws unless the parts of a record fit together, since it may come from anywhere.
  private func check(_ savepoint: StoredSavepoint) throws(WeirError) {
    let (manifest, origin) = (savepoint.stored.manifest, savepoint.stored.origin)
    guard origin.partitions.count == origin.stages.count else {
      throw damaged("it lists the files of \(origin.partitions.count) stages")
    }
    var expected: [InstanceID] = []
    for stage in origin.stages where stage.processes > 0 {
      guard stage.processes <= max(savepoint.keyGroups, Limits.processes) else {
        throw damaged("'\(stage.name)' has \(stage.processes) processes")
      }
      expected += (0..<stage.processes).map { InstanceID(stage.name, $0) }
    }
    guard (1...KeyGroups.maximum).contains(savepoint.keyGroups), !origin.stages.isEmpty,
      manifest.members.map(\.instance) == expected
    else { throw damaged("its instances are not those of its stages") }
    for member in manifest.members {
      guard member.snapshot.epoch == manifest.epoch, member.snapshot.inherited.isEmpty else {
        throw damaged("'\(member.instance)' is of another epoch")
      }
      let isKeyed = origin.stages.first { $0.name == member.instance.stage }?.state != nil
      guard isKeyed || member.snapshot.state == nil else {
        throw damaged("'\(member.instance)' has state and no keys")
      }
      for file in member.snapshot.states.flatMap(\.files) {
        guard !file.isEmpty, !file.contains("/"), file != ".", file != ".." else {
          throw damaged("a file of '\(member.instance)' is called '\(file)'")
        }
      }
    }
  }

  /// Reads all keyed state, as a restore would; throws E464 if it is damaged.
  ///
  /// O(bytes of the state).
  func verify(_ savepoint: StoredSavepoint) throws(WeirError) {
    for member in savepoint.stored.manifest.members {
      guard let state = member.snapshot.state else { continue }
      let stage = savepoint.stored.origin.stages.first { $0.name == member.instance.stage }
      do throws(WeirError) {
        let reading = try StateReading(state, in: files, of: stage?.state, codec: .lz4)
        while try !reading.next(maximumBytes: Self.verifiedBytes).isEmpty {}
      } catch {
        throw damaged(error.message + (error.detail.map { ": \($0)" } ?? ""))
      }
    }
  }

  private static let verifiedBytes = 4 << 20

  /// Bytes of the keyed state of each stage.
  static func bytes(_ savepoint: StoredSavepoint) -> [String: Int64] {
    var bytes: [String: Int64] = [:]
    for member in savepoint.stored.manifest.members {
      guard let state = member.snapshot.state else { continue }
      bytes[member.instance.stage, default: 0] += state.bytes
    }
    return bytes
  }

  // MARK: Errors

  /// It is not what was written.
  func damaged(_ what: String) -> WeirError {
    WeirError(
      "E464",
      "the savepoint in \"\(path)\" is damaged",
      detail: what,
      hint: "bring it back from a copy; nothing was changed",
      blame: .user
    )
  }

  private func other(_ what: String) -> WeirError {
    WeirError(
      "E465",
      "the savepoint in \"\(path)\" cannot be understood",
      detail: what,
      hint: "it was written by another version of weir: go on with that one",
      blame: .user
    )
  }
}
