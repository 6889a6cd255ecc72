import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir logs`: what a run has said.
struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Prints what a run has said since it was started last.",
    discussion: """
      Every run keeps its log in its state folder, in the background or not: the
      last five, each at most 32 MiB, of which the older half goes first. With a
      stage only the lines about it are printed.

      Examples:
        weir logs harbor-fleet
        weir logs harbor-fleet declines
        weir logs topologies/harbor-fleet.yaml --follow
      """
  )

  @OptionGroup var target: PlaceArguments
  @Argument(help: "A stage, or an instance such as 'declines/0'.") var stage: String?
  @Flag(name: .shortAndLong, help: "Print what is added until the run ends.") var follow = false

  func run() throws {
    let place = try target.place(.auto)
    let found = try telling { () throws(WeirError) in
      let files = try place.stateFolder.logs.newest()
      guard !files.isEmpty else { throw Self.none(place) }
      var printer = LogPrinter(LogFilter(stage)) { text in
        (try? Terminal.write(text, to: .output)) != nil
      }
      for file in files.dropLast() { try printer.print(all: FileReader(file)) }
      if let last = files.last { try Self.print(last, follow ? place : nil, &printer) }
      return printer.hasPrinted
    }
    if !found, let stage {
      Console.write("no line of the log is about '\(stage)'\n", to: .error)
    }
  }

  /// Prints a file, and what is added to it while the run lives.
  private static func print(
    _ path: String,
    _ place: RunPlace?,
    _ printer: inout LogPrinter
  ) throws(WeirError) {
    var file = try FileReader(path)
    var offset: Int64 = 0
    var life: WatchedProcess?
    if let run = place?.known?.identity {
      life = try WatchedProcess(run.process, startTicks: run.processStart)
    }
    while true {
      // Looked at before the file is read: what is written before the end is not missed.
      let hasEnded = life?.waitForEnd(milliseconds: 0) ?? true
      offset = try printer.print(file, from: offset)
      if try FileReader.identity(of: path).map({ $0 != file.identity }) ?? false {
        // The file has grown to its limit, and another goes on.
        _ = try printer.print(file, from: offset)
        file = try FileReader(path)
        offset = 0
        continue
      }
      guard !hasEnded, printer.hasReader else { break }
      _ = life?.waitForEnd(milliseconds: pauseMilliseconds)
    }
    printer.finish()
  }

  private static let pauseMilliseconds: Int32 = 200

  private static func none(_ place: RunPlace) -> WeirError {
    WeirError(
      "E477",
      "the run '\(place.name)' has no log",
      detail: "nothing is in \"\(place.stateFolder.logs.folder)\"",
      hint: "it was never started from this folder: '--base' must be that of 'weir run'",
      blame: .user
    )
  }
}
