import Foundation
import WeirCore
import WeirPOSIX

/// How the checkpoints of a run went, the failed ones too: a line of JSON each.
///
/// It is for people, and nothing depends on it: a line that a crash has cut short is passed over.
struct CheckpointHistory: Sendable {
  /// How one checkpoint went.
  struct Entry: Codable, Hashable {
    var epoch: Epoch
    /// When its output was visible, or it had failed.
    var at: WallTime
    /// Nil: it has failed.
    var times: CheckpointTimes?
    var error: WeirError?
  }

  private let path: String

  /// Beyond so many bytes the older half goes: several thousand checkpoints stay.
  private static let mostBytes: Int64 = 1 << 20

  init(_ path: String) { self.path = path }

  /// Adds to it; nil if it cannot be opened, which is no reason not to run.
  func writer() -> Writer? {
    (try? LogFile(path, mostBytes: Self.mostBytes)).map { Writer(file: $0) }
  }

  /// What it holds, oldest first; throws E101 or E102.
  func entries() throws(WeirError) -> [Entry] {
    var entries: [Entry] = []
    for file in [path + ".1", path] where (try? FileReader.identity(of: file)) != nil {
      let bytes = try StateFolder.bytes(file)
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line)) else { continue }
        entries.append(entry)
      }
    }
    return entries
  }

  /// Adds what a coordinator tells.
  struct Writer: Sendable {
    fileprivate let file: LogFile

    /// Adds a line if the notice is of how a checkpoint went.
    func note(_ notice: RunNotice, at now: WallTime) {
      switch notice {
      case .committed(let times): append(Entry(epoch: times.epoch, at: now, times: times))
      case .checkpointFailed(let epoch, let error), .checkpointBroken(let epoch, let error):
        append(Entry(epoch: epoch, at: now, error: error))
      case .running, .progress, .finished, .stopping, .readerGone, .killing, .warned, .failed,
        .stateFailed, .died, .rewinding, .recovered, .caughtUp, .checkpointed,
        .laidOut, .scaling, .scaled, .scalingFailed:
        break
      }
    }

    private func append(_ entry: Entry) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      guard let bytes = try? encoder.encode(entry) else { return }
      file.append(String(decoding: bytes, as: UTF8.self) + "\n")
    }
  }
}
