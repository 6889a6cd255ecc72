import Foundation
import Testing
import WeirCore
import WeirWire

/// The form of all control messages, kept by version in `Golden`.
///
/// Whoever changes it needs another version. `UPDATE_GOLDEN=1` writes that of a new version, and never changes one that is there.
@Suite struct ControlFormTests {
  @Test func `the kinds and fields of control messages change only with their version`() throws {
    let version = InstanceMessage.version
    let path = Self.folder + "/control-\(version).txt"
    let form = try Self.form()
    let mayWrite = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"
    if mayWrite, !FileManager.default.fileExists(atPath: path) {
      try form.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let known = try? String(contentsOfFile: path, encoding: .utf8)
    #expect(
      form == known,
      """
      what coordinator and instances say to one another is not that of version \(version): raise \
      'InstanceMessage.version', and write its form with UPDATE_GOLDEN=1 in place of this one
      """
    )
  }

  @Test func `an example of every kind is looked at`() throws {
    for message in ControlTests.toInstance {
      #expect(try Self.kind(ControlCodec.encode(message)) == Self.word(message))
    }
    for message in ControlTests.toCoordinator {
      #expect(try Self.kind(ControlCodec.encode(message)) == Self.word(message))
    }
  }

  // MARK: Kinds

  /// A new kind needs its word here, and an example in `ControlTests`.
  private static func word(_ message: CoordinatorMessage) -> String {
    switch message {
    case .assign: "assign"
    case .rewind: "rewind"
    case .reshape: "reshape"
    case .inherit: "inherit"
    case .go: "go"
    case .checkpoint: "checkpoint"
    case .abort: "abort"
    case .commit: "commit"
    case .drain: "drain"
    case .relax: "relax"
    case .leave: "leave"
    case .ping: "ping"
    }
  }

  /// A new kind needs its word here, and an example in `ControlTests`.
  private static func word(_ message: InstanceMessage) -> String {
    switch message {
    case .hello: "hello"
    case .bound: "bound"
    case .rewound: "rewound"
    case .reshaped: "reshaped"
    case .joined: "joined"
    case .stateUnusable: "state_unusable"
    case .reached: "reached"
    case .lost: "lost"
    case .snapshotted: "snapshotted"
    case .snapshotFailed: "snapshot_failed"
    case .committed: "committed"
    case .progress: "progress"
    case .finished: "finished"
    case .failed: "failed"
    case .readerGone: "reader_gone"
    case .warned: "warned"
    case .pong: "pong"
    }
  }

  // MARK: Fields

  /// A line for each field of each kind, and what it holds: all that the examples have.
  private static func form() throws -> String {
    var lines: Set<String> = []
    let messages =
      ControlTests.toInstance.map { ("to an instance", ControlCodec.encode($0)) }
      + ControlTests.toCoordinator.map { ("to the coordinator", ControlCodec.encode($0)) }
    for (direction, bytes) in messages {
      var fields = try object(bytes)
      fields["weir"] = nil
      let kind = fields.removeValue(forKey: "kind") as? String ?? "?"
      let head = "\(direction): \(kind)"
      lines.insert(head)
      for (name, value) in fields { add(value, at: "\(head) \(name)", to: &lines) }
    }
    return lines.sorted().joined(separator: "\n") + "\n"
  }

  private static func add(_ value: Any, at place: String, to lines: inout Set<String>) {
    switch value {
    case let object as [String: Any]:
      for (name, value) in object { add(value, at: "\(place).\(name)", to: &lines) }
    case let list as [Any]:
      lines.insert("\(place): list")
      for value in list { add(value, at: "\(place)[]", to: &lines) }
    case is String: lines.insert("\(place): text")
    case is NSNull: break
    default: lines.insert("\(place): number")
    }
  }

  private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(bytes))
    return try #require(value as? [String: Any])
  }

  private static func kind(_ bytes: [UInt8]) throws -> String? {
    try object(bytes)["kind"] as? String
  }

  private static let folder =
    #filePath.split(separator: "/").dropLast().reduce(into: "") { $0 += "/\($1)" } + "/Golden"
}
