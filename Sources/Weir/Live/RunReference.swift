import WeirCore
import WeirPOSIX

/// What people call a run: the name of its topology, or the path of the topology's file.
enum RunReference: Hashable {
  case name(String)
  /// The real path of a file.
  case file(String)

  /// What a word on the command line means: a path if it looks like one or a file has that name.
  init(_ word: String) {
    let looksLikePath =
      word.contains("/") || word.hasSuffix(".yaml") || word.hasSuffix(".yml")
    if let path = try? Folder.realPath(word), looksLikePath || !Folder.isFolder(path) {
      self = .file(path)
    } else {
      self = looksLikePath ? .file(word) : .name(word)
    }
  }

  /// The only run that is meant; throws E471 if there is none, E472 if there are several.
  func only(of runs: [KnownRun]) throws(WeirError) -> KnownRun {
    let fitting = runs.filter { fits($0.identity) }
    if fitting.count == 1 { return fitting[0] }
    guard fitting.isEmpty else {
      throw WeirError(
        "E472",
        "\(self) fits \(fitting.count) runs",
        detail: fitting.map(\.line).joined(separator: ", "),
        hint: "give the path of the topology file, or stop one by its process",
        blame: .user
      )
    }
    throw WeirError(
      "E471",
      "no run of \(self) lives",
      detail: runs.isEmpty
        ? "no run lives" : "there are " + runs.map(\.line).joined(separator: ", "),
      hint: "'weir ps' lists the runs that live",
      blame: .user
    )
  }

  func fits(_ run: RunIdentity) -> Bool {
    switch self {
    case .name(let name): run.name == name
    case .file(let path): run.topology == path
    }
  }
}

extension RunReference: CustomStringConvertible {
  var description: String {
    switch self {
    case .name(let name): "'\(name)'"
    case .file(let path): "\"\(path)\""
    }
  }
}

extension KnownRun {
  /// Which one it is, in a sentence.
  var line: String {
    "'\(identity.name)' of \"\(identity.topology)\" (process \(identity.process))"
  }
}
