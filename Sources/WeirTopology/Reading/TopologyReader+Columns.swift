import WeirColumns
import WeirCore
import WeirExpressions

/// Columns, types, expressions and the streams that are read.
extension TopologyReader {
  /// A column's name where it is made: a key of the user's.
  mutating func newColumn(_ key: DocumentScalar) -> Located<String>? {
    guard !isBareWord(key) else { return nil }
    return checkedColumn(Located(key.text, at: key.location))
      ? Located(key.text, at: key.location) : nil
  }

  /// The name of a column that a clause makes, such as `tag: origin`.
  mutating func newColumn(_ key: String, _ map: MapReading) -> Located<String>? {
    guard let entry = map[key] else { return nil }
    guard let name = text(entry), checkedColumn(name) else {
      lacksNames = true
      return nil
    }
    return name
  }

  private mutating func checkedColumn(_ name: Located<String>) -> Bool {
    if name.value.hasPrefix("_") || name.value.hasPrefix("weir_") {
      report(
        .hiddenName,
        name.location,
        "the column name '\(name.value)' is reserved",
        hint: "names that begin with '_' or 'weir_' are Weir's own"
      )
      return false
    }
    let isClean = name.value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    guard !name.value.isEmpty, isClean, !name.value.contains("${") else {
      report(
        .badName,
        name.location,
        "'\(name.value)' is no name of a column",
        hint: "values from outside stand in values only, and names have no control characters"
      )
      return false
    }
    return true
  }

  /// A column or a list of columns.
  mutating func columns(_ key: String, _ map: MapReading) -> [Located<String>] {
    guard let entry = map[key] else { return [] }
    return texts(entry)
  }

  /// A text or a list of texts, each once.
  mutating func texts(_ entry: DocumentEntry) -> [Located<String>] {
    var nodes = [entry.value]
    if case .list(let items) = entry.value.content {
      nodes = items
      if items.isEmpty { report(.wrongForm, entry.value.location, "'\(entry.key.text)' is empty") }
    }
    var found: [Located<String>] = []
    for node in nodes {
      guard let name = text(node, of: entry.key) else { continue }
      if found.contains(where: { $0.value == name.value }) {
        report(
          .duplicateName,
          name.location,
          "'\(name.value)' stands twice in '\(entry.key.text)'",
          hint: "remove one of the two"
        )
      } else {
        found.append(name)
      }
    }
    return found
  }

  /// `from`: stages or ports.
  mutating func streams(_ map: MapReading) -> [Located<String>] {
    guard let entry = map["from"] else { return [] }
    return texts(entry).filter { stream in
      let parts = stream.value.split(separator: ".", omittingEmptySubsequences: false)
      if parts.count <= 2, !parts.contains("") { return true }
      report(
        .badName,
        stream.location,
        "'\(stream.value)' is neither a stage nor a port",
        hint: "write the name of a stage, or STAGE.PORT, such as 'payments.rejected'"
      )
      return false
    }
  }

  mutating func expression(_ key: String, _ map: MapReading) -> ExpressionText? {
    map[key].flatMap { expression($0) }
  }

  mutating func expression(_ entry: DocumentEntry) -> ExpressionText? {
    guard let scalar = scalar(entry.value, of: entry.key) else { return nil }
    if scalar.isBeforeComment, !QuoteBalance.isBalanced(scalar.text) {
      let end = SourceLocation(
        line: scalar.location.line,
        column: scalar.location.column + scalar.location.length + 1
      )
      report(
        .cutShort,
        end,
        "the expression ends at this ' #': '\(scalar.text)'",
        hint: QuoteBalance.remedy
      )
      return nil
    }
    guard !scalar.text.allSatisfy({ $0 == " " }) else {
      report(
        .wrongForm,
        entry.key.location,
        "'\(entry.key.text)' has no value",
        hint: "write one, or remove the key"
      )
      return nil
    }
    return ExpressionText(scalar.text, at: scalar.location, isVerbatim: scalar.isVerbatim)
  }

  /// New columns and their expressions; one that cannot be read leaves names without meaning.
  mutating func expressions(_ key: String, _ map: MapReading) -> [NamedExpression] {
    guard let entry = map[key] else { return [] }
    guard let entries = entriesOfMap(entry.value, of: entry.key) else {
      lacksNames = true
      return []
    }
    if entries.isEmpty { report(.wrongForm, entry.key.location, "'\(key)' is empty") }
    return entries.compactMap { column in
      guard let name = newColumn(column.key), let expression = expression(column) else {
        lacksNames = true
        return nil
      }
      return NamedExpression(name: name, expression: expression)
    }
  }

  /// A list of columns, or new columns and their expressions.
  mutating func selection(_ map: MapReading) -> OperatorStage.Selection? {
    guard let entry = map["select"] else { return nil }
    if case .map = entry.value.content { return .expressions(expressions("select", map)) }
    return .columns(texts(entry))
  }

  /// The columns of a schema in order.
  mutating func schema(_ map: MapReading) -> [Located<FieldPlan>] {
    guard let entry = map["schema"] else { return [] }
    guard let entries = entriesOfMap(entry.value, of: entry.key) else {
      lacksNames = true
      return []
    }
    if entries.isEmpty {
      report(
        .missingKey,
        entry.key.location,
        "the schema of \(map.subject) has no columns",
        hint: "write one 'column: type' a line below it"
      )
    }
    return entries.compactMap { column in
      guard let name = newColumn(column.key), let field = field(name, column) else {
        lacksNames = true
        return nil
      }
      return Located(field, at: name.location)
    }
  }

  private mutating func field(_ name: Located<String>, _ entry: DocumentEntry) -> FieldPlan? {
    guard case .map = entry.value.content else {
      return type(entry.value, of: entry.key).map { FieldPlan(name.value, $0) }
    }
    guard
      let map = mapReading(
        entry.value,
        .field,
        subject: "column '\(name.value)'",
        at: name.location
      )
    else { return nil }
    let unit = word("unit", map)
    let path = map["path"].flatMap { text($0) }
    guard let written = map["type"], let type = type(written.value, of: written.key) else {
      return nil
    }
    if let unit, type != .timestamp {
      report(
        .clauseConflict,
        unit.location,
        "'unit' is of timestamps, and '\(name.value)' is \(type)",
        hint: "remove it"
      )
    }
    var field = FieldPlan(name.value, type)
    if let unit { field.unit = FieldPlan.TimeUnit(rawValue: unit.value) ?? .milliseconds }
    if let path {
      field.path = path.value.split(separator: ".", omittingEmptySubsequences: false).map(
        String.init
      )
      if field.path.contains("") {
        report(
          .badName,
          path.location,
          "'\(path.value)' is no path of names",
          hint: "write names with a '.' between them, such as merchant.id"
        )
      }
    }
    return field
  }

  mutating func type(_ node: DocumentNode, of key: DocumentScalar) -> ColumnType? {
    guard let scalar = scalar(node, of: key) else { return nil }
    if let type = ColumnType(text: scalar.text) { return type }
    var hint = "types are \(ColumnType.words.list)"
    if scalar.text.hasPrefix("decimal") {
      hint = "write decimal(S) with a scale S from 0 to \(ColumnType.maximumScale)"
    } else if scalar.text.hasPrefix("list") {
      hint = "write list<T> with a scalar type T"
    } else if let nearest = Self.otherNames[scalar.text.lowercased()]
      ?? NearestName.find(scalar.text, among: ColumnType.words)
    {
      hint = "did you mean '\(nearest)'?"
    }
    report(.badType, scalar.location, "unknown type '\(scalar.text)'", hint: hint)
    return nil
  }

  /// What types are called elsewhere.
  private static let otherNames = [
    "integer": "int", "bigint": "int", "int64": "int", "long": "int", "double": "float",
    "real": "float", "number": "float", "text": "string", "varchar": "string", "boolean": "bool",
    "datetime": "timestamp", "time": "timestamp", "date": "timestamp", "interval": "duration",
    "numeric": "decimal(2)", "object": "json", "binary": "bytes",
  ]
}
