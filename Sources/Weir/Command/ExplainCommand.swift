import ArgumentParser
import WeirTopology

/// `weir explain`: more about a code.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains the code of a fault.",
    discussion: """
      Codes that begin with W are faults in a topology file; those with E come
      from running.

      Examples:
        weir explain W012
        weir explain E408
      """
  )

  @Argument(help: "The code, such as W012 or E408.", completion: .list(Explanations.codes))
  var code: String

  func run() throws {
    guard let text = Explanations.text(of: code.uppercased()) else {
      throw ValidationError("no fault has the code '\(code)'; codes look like W012 or E408")
    }
    Console.write(text)
  }
}
