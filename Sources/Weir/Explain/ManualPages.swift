import ArgumentParser
import WeirExpressions
import WeirTopology

/// The pages of the user's manual that are made from catalogues; a test keeps the files like them.
enum ManualPages {
  /// File names in `ops/manual`, and what they hold.
  static var all: [(name: String, text: String)] {
    [
      ("language.md", ended(LanguageReference.markdown)),
      ("functions.md", "# Functions and operators\n" + ended(FunctionCatalogue.reference)),
      ("errors.md", errors), ("commands.md", commands),
    ]
  }

  private static func ended(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }

  private static var errors: String {
    var page = """
      # Errors

      Codes that begin with `W` are about a topology file, and are told before anything runs. Codes that
      begin with `E` come from running. `weir explain CODE` prints the same.

      """
    for code in Explanations.codes {
      guard let text = Explanations.text(of: code) else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      page += "\n## \(lines.first ?? "")\n"
      for line in lines.dropFirst() { page += line.isEmpty ? "\n" : "\(indented(line))\n" }
    }
    while page.hasSuffix("\n\n") { page.removeLast() }
    return page
  }

  /// Lines of files are indented by two in a terminal, and by four to be code on a page.
  private static func indented(_ line: Substring) -> String {
    line.hasPrefix("  ") ? "  \(line)" : String(line)
  }

  private static var commands: String {
    var page = """
      # Commands

      Exit codes: 0 finished, or stopped on request; 1 failed while running; 2 a fault in a file or in the
      command line; 130 stopped by Ctrl-C; 141 stopped because whoever read the rows of a `stdout` sink has
      gone, such as the `head` of `weir run … | head -1`: what has reached other sinks is published.

      `NO_COLOR` switches colours off. Completions for your shell: `weir --generate-completion-script`.

      """
    for command in RootCommand.configuration.subcommands {
      let name = command.configuration.commandName ?? ""
      let help = RootCommand.helpMessage(for: command, columns: 80)
      page += "\n## weir \(name)\n\n```\n\(help)\n```\n"
      for inner in command.configuration.subcommands {
        let help = RootCommand.helpMessage(for: inner, columns: 80)
        page += "\n### weir \(name) \(inner.configuration.commandName ?? "")\n\n```\n\(help)\n```\n"
      }
    }
    return page
  }
}
