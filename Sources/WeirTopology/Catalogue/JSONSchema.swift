/// The language as a JSON Schema (draft 2020-12), for completion and checks in editors.
///
/// Editors guess the types of plain YAML scalars, which the language does not: places of text take
/// numbers and booleans too, and every place takes a `${NAME}`.
package enum JSONSchema {
  /// The schema; the same each time.
  package static let text = schema.text + "\n"

  private static let schema: JSONText = .object(
    [
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
      ("title", .text("Weir topology")),
      ("$ref", reference(.topology)),
      (
        "$defs",
        .members(
          LanguageCatalogue.maps.map {
            JSONText.Member(name: definitionName($0.name), value: definition($0))
          } + [
            JSONText.Member(name: "substitution", value: substitution),
            JSONText.Member(name: "expression", value: scalar),
            JSONText.Member(name: "type", value: columnType),
          ]
        )
      ),
    ])

  private static func definition(_ map: LanguageMap) -> JSONText {
    let properties = map.entries.map { JSONText.Member(name: $0.key, value: property($0)) }
    var members: [(String, JSONText)] = [
      ("type", .text("object")), ("description", .text(map.summary)),
      ("properties", .members(properties)),
      ("patternProperties", .object([("^x-", .boolean(true))])),
      ("additionalProperties", .boolean(false)),
    ]
    let required = map.entries.filter(\.isRequired).map { JSONText.text($0.key) }
    if !required.isEmpty { members.append(("required", .list(required))) }
    if !map.connectors.isEmpty {
      let choices = map.connectors.map { JSONText.object([("required", .list([.text($0)]))]) }
      members.append(("oneOf", .list(choices)))
    }
    return .object(members)
  }

  private static func property(_ entry: LanguageEntry) -> JSONText {
    guard !entry.isLater else {
      return .object([
        ("description", .text(entry.summary + " Not there yet.")), ("not", .object([])),
      ])
    }
    let standard = entry.standard.map { " Default: \($0)." } ?? ""
    var members: [(String, JSONText)] = [("description", .text(entry.summary + standard))]
    members.append(contentsOf: value(entry.form))
    return .object(members)
  }

  /// The constraints on a value.
  private static func value(_ form: ValueForm) -> [(String, JSONText)] {
    switch form {
    case .text, .expression:
      [("$ref", .text("#/$defs/expression"))]
    case .name:
      [("type", .text("string")), ("pattern", .text(name))]
    case .path, .column, .time:
      [("type", .text("string"))]
    case .streams, .columns:
      oneOrMore([("type", .text("string"))])
    case .expressions:
      entries(.object([("$ref", .text("#/$defs/expression"))]))
    case .selection:
      either([
        .object([("type", .text("array")), ("items", .object([("type", .text("string"))]))]),
        .object(entries(.object([("$ref", .text("#/$defs/expression"))]))),
      ])
    case .boolean:
      orSubstitution([("type", .text("boolean"))])
    case .integer(let range):
      orSubstitution([
        ("type", .text("integer")), ("minimum", .integer(range.lowerBound)),
        ("maximum", .integer(range.upperBound)),
      ])
    case .number(let range):
      orSubstitution(number(range))
    case .interval:
      pair(orSubstitution([("type", .text("number"))]))
    case .durations:
      pair(duration)
    case .duration:
      duration
    case .word(let words):
      orSubstitution([("enum", .list(words.map { .text($0) }))])
    case .columnType:
      [("$ref", .text("#/$defs/type"))]
    case .weights:
      entries(.object(orSubstitution(number(.atLeast(0)))))
    case .map(let name):
      [("$ref", reference(name))]
    case .mapOrWord(let name, let word):
      either([.object([("$ref", reference(name))]), .object([("const", .text(word))])])
    case .named(let name):
      entries(.object([("$ref", reference(name))]))
    case .typedNames(let name):
      entries(
        .object(
          either([
            .object([("$ref", .text("#/$defs/type"))]), .object([("$ref", reference(name))]),
          ])
        )
      )
    case .nothing:
      [("type", .list([.text("object"), .text("null")])), ("maxProperties", .integer(0))]
    case .later:
      [("not", .object([]))]
    }
  }

  private static let name = "^[a-z][a-z0-9_-]*$|\\$\\{"
  private static let substitution = JSONText.object([
    ("type", .text("string")), ("pattern", .text("\\$\\{")),
  ])
  private static let scalar = JSONText.object([
    ("type", .list([.text("string"), .text("number"), .text("boolean")]))
  ])
  private static let columnType = JSONText.object([
    ("type", .text("string")),
    (
      "pattern",
      .text(
        "^(bool|int|float|decimal\\([0-9]+\\)|string|timestamp|duration|bytes|json|list<.+>)$"
          + "|\\$\\{"
      )
    ),
    ("examples", .list(examples)),
  ])
  private static let examples: [JSONText] = ["string", "int", "decimal(2)", "timestamp"].map {
    .text($0)
  }
  private static let duration: [(String, JSONText)] = [
    ("type", .text("string")), ("pattern", .text("^-?([0-9]+(d|h|m|s|ms|us))+$|\\$\\{")),
  ]

  private static func number(_ range: NumberRange) -> [(String, JSONText)] {
    [
      ("type", .text("number")),
      (range.isAbove ? "exclusiveMinimum" : "minimum", .number(range.least)),
      ("maximum", .number(range.greatest)),
    ]
  }

  private static func either(_ choices: [JSONText]) -> [(String, JSONText)] {
    [("anyOf", .list(choices))]
  }

  private static func orSubstitution(_ value: [(String, JSONText)]) -> [(String, JSONText)] {
    either([.object(value), .object([("$ref", .text("#/$defs/substitution"))])])
  }

  private static func oneOrMore(_ value: [(String, JSONText)]) -> [(String, JSONText)] {
    either([
      .object(value),
      .object([
        ("type", .text("array")), ("items", .object(value)), ("minItems", .integer(1)),
        ("uniqueItems", .boolean(true)),
      ]),
    ])
  }

  private static func entries(_ value: JSONText) -> [(String, JSONText)] {
    [("type", .text("object")), ("additionalProperties", value)]
  }

  private static func pair(_ value: [(String, JSONText)]) -> [(String, JSONText)] {
    [
      ("type", .text("array")), ("items", .object(value)), ("minItems", .integer(2)),
      ("maxItems", .integer(2)),
    ]
  }

  private static func reference(_ name: MapName) -> JSONText {
    .text("#/$defs/\(definitionName(name))")
  }

  private static func definitionName(_ name: MapName) -> String {
    String(name.rawValue.map { $0 == " " ? "-" : $0 })
  }
}
