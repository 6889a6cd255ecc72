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
    let environment = ProcessIdentity.environment
    let isColored = color.isColored(.error, environment: environment)
    let text: String
    let base: String
    do throws(WeirError) {
      text = try TextFile.read(arguments.file)
      base = try Folder.realPath(arguments.base ?? Folder.parent(of: arguments.file))
    } catch {
      Console.write(error, isColored: isColored)
      throw CommandExit.fault
    }
    let context = TopologyContext(path: arguments.file, base: base, environment: environment)
    do throws(TopologyFaults) {
      return LoadedTopology(
        path: arguments.file,
        base: base,
        text: text,
        topology: try Topology.compile(text, in: context)
      )
    } catch {
      switch format {
      case .text:
        let rendered = RemarkText.text(
          error.diagnostics,
          path: arguments.file,
          text: text,
          isColored: isColored
        )
        Console.write(rendered + FaultCount.line(error.diagnostics) + "\n", to: .error)
      case .json:
        Console.write(
          RemarkText.json(error.diagnostics, path: arguments.file, text: text)
        )
      }
      throw CommandExit.fault
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

/// How many faults there are, in a sentence.
enum FaultCount {
  static func line(_ diagnostics: [Diagnostic]) -> String {
    let errors = diagnostics.count { $0.severity == .error }
    return errors == 1 ? "1 fault: nothing was started" : "\(errors) faults: nothing was started"
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
