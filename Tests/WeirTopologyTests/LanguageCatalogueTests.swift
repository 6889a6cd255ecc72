import Foundation
import Testing
import WeirTopology

/// The catalogue and what is generated from it.
@Suite(.serialized) struct LanguageCatalogueTests {
  @Test func `the schema for editors is JSON and lists every key of every map`() throws {
    let root = try #require(
      JSONSerialization.jsonObject(with: Data(JSONSchema.text.utf8)) as? [String: Any]
    )
    #expect(root["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let definitions = try #require(root["$defs"] as? [String: [String: Any]])
    for map in LanguageCatalogue.maps {
      let name = map.name.rawValue.replacingOccurrences(of: " ", with: "-")
      let definition = try #require(definitions[name], "there is no definition of '\(name)'")
      let properties = try #require(definition["properties"] as? [String: [String: Any]])
      #expect(properties.keys.sorted() == map.entries.map(\.key).sorted())
      let required = definition["required"] as? [String] ?? []
      #expect(required == map.entries.filter(\.isRequired).map(\.key))
    }
  }

  @Test func `every reference of the schema leads somewhere`() throws {
    let root = try #require(
      JSONSerialization.jsonObject(with: Data(JSONSchema.text.utf8)) as? [String: Any]
    )
    let definitions = try #require(root["$defs"] as? [String: Any])
    for reference in references(root) {
      let name = String(reference.dropFirst("#/$defs/".count))
      #expect(definitions[name] != nil, "'\(reference)' leads nowhere")
    }
  }

  @Test func `the schema and the reference stay as they are`() throws {
    try TestFiles.compare(JSONSchema.text, with: "Golden/topology.schema.json")
    try TestFiles.compare(LanguageReference.markdown, with: "Golden/reference.md")
  }

  @Test(arguments: LanguageCatalogue.maps)
  func `every key is described once`(_ map: LanguageMap) {
    #expect(Set(map.entries.map(\.key)).count == map.entries.count)
    for entry in map.entries {
      #expect(entry.summary.hasSuffix("."))
      #expect(entry.isLater || entry.example != nil, "'\(entry.key)' has no example")
    }
    for connector in map.connectors { #expect(map.entry(connector) != nil) }
  }

  @Test func `no word of the language is one that YAML reads as something else`() {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ""]
    for map in LanguageCatalogue.maps {
      for entry in map.entries { #expect(!words.contains(entry.key.lowercased())) }
    }
  }

  @Test(arguments: DiagnosticCode.allCases)
  func `every code is explained`(_ code: DiagnosticCode) {
    let explanation = code.explanation
    #expect(!explanation.title.isEmpty)
    #expect(explanation.text.hasSuffix("."))
    #expect(explanation.text.split(separator: ". ").count >= 2)
    #expect(explanation.faulty != explanation.remedy)
    #expect(DiagnosticCode.named(code.rawValue.lowercased()) == code)
  }

  private func references(_ value: Any) -> [String] {
    if let members = value as? [String: Any] {
      let own = (members["$ref"] as? String).map { [$0] } ?? []
      return own + members.keys.sorted().flatMap { references(members[$0] ?? "") }
    }
    return (value as? [Any])?.flatMap { references($0) } ?? []
  }
}
