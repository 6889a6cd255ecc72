extension DiagnosticCode {
  /// Of the text of a file.
  var textExplanation: DiagnosticExplanation {
    switch self {
    case .yamlSyntax:
      DiagnosticExplanation(
        "not YAML",
        "A topology file is YAML, and the YAML parser could not go on at this place. It "
          + "stops at the first fault of this kind, so it is reported alone, and other faults "
          + "show once it is mended. Most often a bracket or a quote is not closed, a line is "
          + "indented otherwise than those beside it, or a value begins with a character that "
          + "YAML keeps for itself (`* & ! @ % | > [ {`) or with a quoted word that is followed "
          + "by more.",
        faulty: "where: 'DECLINED' = status",
        remedy: "where: \"'DECLINED' = status\""
      )
    case .duplicateKey:
      DiagnosticExplanation(
        "a key twice in one map",
        "A map holds each key once. YAML parsers elsewhere silently take the last one, so "
          + "that a clause that is read in review may not be the one that runs. Remove one of "
          + "the two, or join them: two conditions become one with `and`.",
        faulty: "where: amount > 3\nwhere: status = 'DECLINED'",
        remedy: "where: amount > 3 and status = 'DECLINED'"
      )
    case .tab:
      DiagnosticExplanation(
        "indented with a tab",
        "YAML allows spaces only for indentation, since a tab is shown with another width by "
          + "each editor and the structure depends on it. Replace each tab by two spaces.",
        faulty: "sources:\n\tpayments:",
        remedy: "sources:\n  payments:"
      )
    case .severalDocuments:
      DiagnosticExplanation(
        "several documents in one file",
        "A line `---` begins a new YAML document. A file holds one topology; what stood "
          + "behind that line would be ignored without a word, so it is refused.",
        faulty: "sinks: { out: { from: a, discard: {} } }\n---\nweir: 1",
        remedy: "sinks: { out: { from: a, discard: {} } }"
      )
    case .cutShort:
      DiagnosticExplanation(
        "a value cut short by YAML",
        "YAML ends an unquoted value at ` #` and at `: `, and inside `{ }` and `[ ]` also at "
          + "a comma and at brackets. An expression or a `${NAME}` with such a character would "
          + "silently lose what stands behind it. Put the value in double quotes. Without "
          + "brackets around it, a value may hold commas, parentheses and `${NAME}` as they are.",
        faulty: "aggregate: { total: coalesce(sum(amount), 0) }",
        remedy: "aggregate:\n  total: coalesce(sum(amount), 0)"
      )
    case .bareWord:
      DiagnosticExplanation(
        "a word that YAML reads otherwise",
        "The words `yes`, `no`, `on`, `off`, `null` and `~` without quotes are read by many "
          + "YAML tools as a boolean or as nothing: the country code of Norway becomes false. "
          + "The language takes values by their text, but a file should mean the same to "
          + "everyone who reads it. Put the word in double quotes.",
        faulty: "weights: { no: 0.5, se: 0.5 }",
        remedy: "weights: { \"no\": 0.5, se: 0.5 }"
      )
    case .missingVariable:
      DiagnosticExplanation(
        "a variable that is not set",
        "`${NAME}` stands for a variable of the environment of the command that reads the "
          + "file. A missing one is an error, since an empty value could name another folder or "
          + "another topic. Set it, or give a default behind `:-`, which may be empty.",
        faulty: "path: ${DATA}/payments.jsonl",
        remedy: "path: ${DATA:-data}/payments.jsonl"
      )
    case .badSubstitution:
      DiagnosticExplanation(
        "a `${` that cannot be read",
        "A value from outside is written `${NAME}`, `${NAME:-default}` or `${secret:NAME}`, "
          + "with a name of letters, digits and `_`. It stands in values only, never in keys, so "
          + "that the environment cannot change the structure of the file. A plain `${` is "
          + "written `$${`.",
        faulty: "description: costs ${ much",
        remedy: "description: costs $${ much"
      )
    case .tooLarge:
      DiagnosticExplanation(
        "larger than a topology can be",
        "A topology file has at most 1 MiB, 100,000 values and 64 levels of lists and maps "
          + "in one another. The bounds keep a file that was made by mistake, or with aliases of "
          + "aliases, from taking all memory.",
        faulty: "description: [[[[[[[[ … ]]]]]]]]",
        remedy: "description: a text"
      )
    default: preconditionFailure("'\(self)' is explained elsewhere")
    }
  }
}
