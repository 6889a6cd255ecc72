import ArgumentParser
import WeirTopology

/// `weir schema`: the language for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON schema of topology files, for editors.",
    discussion: """
      Examples:
        weir schema > topology.schema.json
        # then, as the first line of a topology:
        # yaml-language-server: $schema=topology.schema.json
      """
  )

  func run() { Console.write(JSONSchema.text) }
}

/// `weir reference`: the language for people.
struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Prints the reference of the topology language, as Markdown.",
    discussion: """
      Examples:
        weir reference | less
        weir reference > reference.md
      """
  )

  func run() { Console.write(LanguageReference.markdown) }
}
