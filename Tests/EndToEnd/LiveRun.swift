import Foundation
import Testing

/// What `weir status --format json` prints of a run.
struct LiveStatus: Decodable {
  struct Run: Decodable {
    var name: String
    var process: pid_t
    var topology: String
  }

  struct Stage: Decodable {
    var name: String
    var counters: [String: Int]
    var instances: [Instance]
  }

  struct Instance: Decodable {
    var instance: String
    var step: String
    var restarts: Int
    var process: Process?
  }

  struct Process: Decodable {
    var id: pid_t?
    var incarnation: Int
  }

  struct Checkpoints: Decodable {
    var last: Int?
    var completed: Int
  }

  var run: Run
  var phase: String
  var stages: [Stage]
  var spare: Process?
  var checkpoints: Checkpoints?
  var outcome: String?

  var instances: [Instance] { stages.flatMap(\.instances) }
}

/// What `weir ps --format json` prints of a process.
struct ListedProcess: Decodable {
  var run: String
  var instance: String
  var process: pid_t
  var memoryBytes: Int
}

extension WeirProcess {
  /// Runs a command to its end and reads the JSON that it prints.
  static func json<Value: Decodable>(
    _ arguments: [String],
    in folder: TestFolder,
    as type: Value.Type = Value.self
  ) throws -> Value {
    let command = try WeirProcess(arguments + ["--format", "json"], in: folder)
    try #require(command.end() == .exited(0), "\(command.errors)")
    return try JSONDecoder().decode(type, from: Data(command.output.utf8))
  }
}
