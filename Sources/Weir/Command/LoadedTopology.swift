import WeirCore
import WeirPOSIX
import WeirTopology

/// A topology file that has been read, checked and planned, and where it came from.
struct LoadedTopology {
  /// As it was given, for messages.
  let path: String
  /// Absolute: what relative paths are relative to.
  let base: String
  let text: String
  let topology: Topology

  var job: JobPlan { topology.plan }

  /// Reads and plans a file; on a fault says so on standard error (JSON: on standard output), and
  /// throws the exit code.
  static func load(
    _ arguments: TopologyArguments,
    format: OutputFormat = .text,
    color: ColorChoice = .auto
  ) throws -> LoadedTopology {
    try telling(format, color) { () throws(LoadFault) in
      try read(arguments, environment: ProcessIdentity.environment)
    }
  }

  /// The topology that a run was started with, whatever its file and this environment say by now; on a
  /// fault as `load`.
  static func load(
    of run: KnownRun,
    format: OutputFormat = .text,
    color: ColorChoice = .auto
  ) throws -> LoadedTopology {
    let origin = run.isAlive ? try? ProcessOrigin(run.identity.process) : nil
    let environment = origin?.environment ?? ProcessIdentity.environment
    return try telling(format, color) { () throws(LoadFault) in
      let started: StartedTopology?
      do throws(WeirError) {
        started = try StartedTopology(in: StateFolder(run.identity.stateFolder))
      } catch {
        throw .unreadable(error)
      }
      guard let started else {
        var arguments = TopologyArguments()
        arguments.file = run.identity.topology
        arguments.base = run.identity.base
        return try read(arguments, environment: environment)
      }
      return try plan(
        started.text,
        path: started.path,
        base: started.base,
        environment: started.environment(environment)
      )
    }
  }

  private static func telling(
    _ format: OutputFormat,
    _ color: ColorChoice,
    _ load: () throws(LoadFault) -> LoadedTopology
  ) throws -> LoadedTopology {
    do throws(LoadFault) {
      return try load()
    } catch {
      error.tell(format: format, color: color)
      throw CommandExit.fault
    }
  }

  /// Reads and plans a file, and says nothing.
  static func read(
    _ arguments: TopologyArguments,
    environment: [String: String]
  ) throws(LoadFault) -> LoadedTopology {
    let text: String
    let base: String
    do throws(WeirError) {
      text = try TextFile.read(arguments.file)
      base = try Folder.realPath(arguments.base ?? Folder.parent(of: arguments.file))
    } catch {
      throw .unreadable(error)
    }
    return try plan(text, path: arguments.file, base: base, environment: environment)
  }

  private static func plan(
    _ text: String,
    path: String,
    base: String,
    environment: [String: String]
  ) throws(LoadFault) -> LoadedTopology {
    let context = TopologyContext(path: path, base: base, environment: environment)
    do throws(TopologyFaults) {
      let topology = try Topology.compile(text, in: context)
      return LoadedTopology(path: path, base: base, text: text, topology: topology)
    } catch {
      throw .faulty(error.diagnostics, path: path, text: text)
    }
  }

  /// The folder of the run's state: STORE/NAME.
  ///
  /// Throws E414 for a store that is not a folder.
  func stateFolder() throws(WeirError) -> StateFolder {
    guard let store = topology.file.checkpoints?.store else {
      return StateFolder("\(base)/.weir/\(job.name)")
    }
    guard let scheme = store.firstRange(of: "://") else {
      let path = store.hasPrefix("file:") ? String(store.dropFirst(5)) : store
      return StateFolder((path.hasPrefix("/") ? path : "\(base)/\(path)") + "/\(job.name)")
    }
    throw WeirError(
      "E414",
      "cannot keep state in \"\(store)\"",
      detail: "'\(store[..<scheme.lowerBound])' is not a store of this version",
      hint: "write 'store: file:FOLDER'",
      blame: .user
    )
  }
}

/// Files that are text and small enough to be read at once.
enum TextFile {
  /// More than a topology file can have.
  private static let mostBytes = 16 << 20

  /// The text of a file; throws E101, E102, or E407 if it is not text.
  static func read(_ path: String) throws(WeirError) -> String {
    let file = try FileReader(path)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
    defer { room.deallocate() }
    var bytes: [UInt8] = []
    while true {
      let count = try file.read(into: room, at: Int64(bytes.count))
      if count == 0 { break }
      bytes += room[..<count]
      guard bytes.count <= mostBytes else {
        throw notText(path, "it is larger than \(mostBytes >> 20) MiB")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw notText(path, "it is not UTF-8")
    }
    return text
  }

  private static func notText(_ path: String, _ detail: String) -> WeirError {
    WeirError(
      "E407",
      "cannot read \"\(path)\" as a topology",
      detail: detail,
      hint: "a topology is a YAML file",
      blame: .user
    )
  }
}
