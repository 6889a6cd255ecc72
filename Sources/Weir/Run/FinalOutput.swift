import WeirCore
import WeirPOSIX

/// The output of a run without checkpoints, which its sinks show at the end: all of it, or nothing.
///
/// First every sink makes its parts durable, hidden; only when all have are they renamed, by one process
/// for each. If one of those fails, what others have shown is hidden again here, when no process lives.
/// Only the death of the coordinator in between can leave a part of the output visible.
struct FinalOutput {
  private let manifest: Manifest
  private let sinks: [FileSinkOutput]

  /// The output that a run had prepared when it ended.
  init(_ manifest: Manifest, _ sinks: [FileSinkOutput]) {
    self.manifest = manifest
    self.sinks = sinks
  }

  /// Hides what is visible unless everything is; returns what people should know of it.
  ///
  /// Throws E430 or E117.
  func settle() throws(WeirError) -> WeirError? {
    var shown: [(hidden: String, final: String)] = []
    var isWhole = true
    for part in try parts() {
      let hidden = try FileReader.identity(of: part.hidden)
      let final = try FileReader.identity(of: part.final)
      if hidden != nil { isWhole = false }
      // Where renaming takes two steps, the file can have both names.
      if let final, hidden == nil || hidden == final { shown.append(part) }
    }
    guard !isWhole, !shown.isEmpty else { return nil }
    var failure: WeirError?
    var standing: [String] = []
    for part in shown {
      do throws(WeirError) {
        try hide(part)
      } catch {
        failure = failure ?? error
        standing.append(part.final)
      }
    }
    if let failure { return Self.standing(standing, failure) }
    return Self.withdrawn(shown.map(\.final))
  }

  private func parts() throws(WeirError) -> [(hidden: String, final: String)] {
    var parts: [(hidden: String, final: String)] = []
    for member in manifest.members {
      guard let sink = sinks.first(where: { $0.name == member.instance.stage }) else { continue }
      for output in member.snapshot.outputs {
        let part = try PreparedPart(output.text)
        let folder = sink.names.folder
        parts.append(("\(folder)/\(part.hidden)", "\(folder)/\(part.final)"))
      }
    }
    return parts
  }

  private func hide(_ part: (hidden: String, final: String)) throws(WeirError) {
    if try FileReader.identity(of: part.hidden) == nil {
      try Folder.rename(part.final, to: part.hidden)
    } else {
      try Folder.removeTree(part.final)
    }
    try Folder.sync(Folder.parent(of: part.final))
  }

  private static func quoted(_ paths: [String]) -> String {
    paths.map { "\"\($0)\"" }.joined(separator: ", ")
  }

  private static func withdrawn(_ paths: [String]) -> WeirError {
    WeirError(
      "E437",
      "not all output could be shown, so none is",
      detail: "\(quoted(paths)) \(paths.count == 1 ? "was" : "were") visible and withdrawn",
      hint: "mend the cause of the failure, and run again",
      recovery: .retry
    )
  }

  private static func standing(_ paths: [String], _ cause: WeirError) -> WeirError {
    WeirError(
      "E437",
      "only a part of the output is visible, and it cannot be withdrawn",
      detail: "\(quoted(paths)): \(cause.message)" + (cause.detail.map { ": \($0)" } ?? ""),
      hint: "remove these files, or begin the next run with '--fresh', which moves them aside"
    )
  }
}
