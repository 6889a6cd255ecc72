import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir audit`: whether a run has lost or doubled a row.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Reads the files of a run's sinks again and proves that no row is lost or doubled.",
    usage: "weir audit <run> [options]",
    discussion: """
      Compares what every stage has counted with one another and with what is in the
      files, by number and by content, epoch by epoch; what a sink has counted is not
      believed. The run may go on meanwhile. Exit code 0: whole; 1: faults were
      found; 2: there is nothing to audit.

      Examples:
        weir audit harbor-fleet.yaml
        weir audit harbor-fleet                     the run of that name
        weir audit harbor-fleet.yaml --format json
        weir audit harbor-fleet.yaml --no-inputs    the inputs are not read
      """
  )

  @OptionGroup var target: PlaceArguments
  @Flag(
    inversion: .prefixedNo,
    help: "Read what the sources have read again, and compare it."
  )
  var inputs = true
  @Option(help: "How the answer is printed.") var format = OutputFormat.text
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  func run() throws {
    let environment = ProcessIdentity.environment
    let place = try target.place(color, format: format)
    let loaded = try place.topology(format: format, color: color)
    let report: AuditReport
    do throws(WeirError) {
      report = try RunAudit(loaded).report(readsInputs: inputs)
    } catch {
      Console.write(error, isColored: color.isColored(.error, environment: environment))
      throw CommandExit.fault
    }
    switch format {
    case .text:
      let isColored = color.isColored(.output, environment: environment)
      Console.write(AuditText.text(report, isColored: isColored))
    case .json: Console.write(Console.json(report))
    }
    if !report.isWhole { throw CommandExit.failure }
  }
}
