import Glibc
import WeirPOSIX

/// The program: an instance of a run, or the command that people type.
package enum WeirCommand {
  /// Does what the command line says and exits.
  package static func run() -> Never {
    let arguments = CommandLine.arguments
    // An instance starts in milliseconds: it is recognised before any argument is parsed.
    if let instance = InstanceArguments(arguments) { exit(InstanceProcess.run(instance)) }
    Terminal.ignoreBrokenPipes()
    exit(RootCommand.execute(Array(arguments.dropFirst())))
  }
}
