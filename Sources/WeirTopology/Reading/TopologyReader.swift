import WeirColumns
import WeirCore
import WeirExpressions

/// Reads the text of a topology file into a `TopologyFile` and collects every fault of form.
///
/// What is wrong is reported and left out, and reading goes on. The file is given to the planner
/// unless what is missing makes names: a lost column would be reported again at each use of it.
package struct TopologyReader {
  let context: TopologyContext
  let source: SourceText
  var diagnostics: Diagnostics
  /// True once something could not be read that gives a name to a stage or a column.
  var lacksNames = false

  private init(_ source: SourceText, _ context: TopologyContext, _ diagnostics: Diagnostics) {
    self.source = source
    self.context = context
    self.diagnostics = diagnostics
  }

  /// The file, if enough of it could be read to check what it means.
  package static func read(
    _ text: String,
    in context: TopologyContext,
    _ diagnostics: inout Diagnostics
  ) -> TopologyFile? {
    guard text.utf8.count <= TopologyLimits.textBytes else {
      diagnostics.report(
        .tooLarge,
        at: .start,
        "the file is larger than \(TopologyLimits.textBytes >> 20) MiB"
      )
      return nil
    }
    let source = SourceText(text)
    guard let root = DocumentComposer.compose(source, &diagnostics) else { return nil }
    var reader = TopologyReader(source, context, diagnostics)
    let file = reader.file(root)
    diagnostics = reader.diagnostics
    return reader.lacksNames ? nil : file
  }

  private mutating func file(_ root: DocumentNode) -> TopologyFile? {
    guard let map = mapReading(root, .topology, subject: "the file") else { return nil }
    readVersion(map)
    let name = runName(map)
    var file = TopologyFile(name: name ?? Located("unnamed", at: .start))
    file.description = map["description"].flatMap { text($0) }?.value
    readSettings(map, &file)
    if let stages = stages("sources", map) {
      file.sources = stages.compactMap { source(named: $0.name, $0.node) }
    }
    if let stages = stages("operators", map) {
      file.operators = stages.compactMap { operatorStage(named: $0.name, $0.node) }
    }
    if let stages = stages("sinks", map) {
      file.sinks = stages.compactMap { sink(named: $0.name, $0.node) }
    }
    reportDuplicateNames(map)
    return name == nil ? nil : file
  }

  private mutating func readVersion(_ map: MapReading) {
    guard let entry = map["weir"], let version = text(entry), version.value != "1" else { return }
    report(
      .unknownVersion,
      version.location,
      "'\(version.value)' is no version of the language that is known here",
      hint: "write 'weir: 1'"
    )
  }

  private mutating func runName(_ map: MapReading) -> Located<String>? {
    guard let entry = map["name"], let name = text(entry) else { return nil }
    return checkedName(name, of: "a run") ? name : nil
  }

  /// The named stages of one of the three maps; names that are none are reported and left out.
  private mutating func stages(
    _ key: String,
    _ map: MapReading
  ) -> [(name: Located<String>, node: DocumentNode)]? {
    guard let entry = map[key] else {
      if map.shape.entry(key)?.isRequired == true { lacksNames = true }
      return nil
    }
    guard let entries = entriesOfMap(entry.value, of: entry.key) else {
      lacksNames = true
      return nil
    }
    if entries.isEmpty, map.shape.entry(key)?.isRequired == true {
      report(
        .missingKey,
        entry.key.location,
        "'\(key)' is empty",
        hint: "a topology needs at least one"
      )
    }
    var stages: [(Located<String>, DocumentNode)] = []
    for stage in entries {
      let name = Located(stage.key.text, at: stage.key.location)
      if !checkedName(name, of: "a stage") { lacksNames = true }
      stages.append((name, stage.value))
    }
    return stages
  }

  /// Names are unique over the three maps.
  private mutating func reportDuplicateNames(_ map: MapReading) {
    var seen: [(name: String, line: Int)] = []
    for key in ["sources", "operators", "sinks"] {
      guard let entry = map[key], case .map(let entries) = entry.value.content else { continue }
      for stage in entries {
        if let first = seen.first(where: { $0.name == stage.key.text }) {
          report(
            .duplicateName,
            stage.key.location,
            "the name '\(stage.key.text)' is taken by the stage on line \(first.line)",
            hint: "names are unique over sources, operators and sinks"
          )
          lacksNames = true
        } else {
          seen.append((stage.key.text, stage.key.location.line))
        }
      }
    }
  }

  /// `renamed_from` of a stage.
  mutating func formerName(_ map: MapReading) -> Located<String>? {
    guard let entry = map["renamed_from"], let name = text(entry) else { return nil }
    return checkedName(name, of: "a stage") ? name : nil
  }

  /// Whether a name is one; reported if not.
  mutating func checkedName(_ name: Located<String>, of what: String) -> Bool {
    let bytes = Array(name.value.utf8)
    let isName =
      bytes.first.map { $0 >= 0x61 && $0 <= 0x7a } ?? false
      && bytes.allSatisfy {
        ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5f || $0 == 0x2d
      }
    if name.value.hasPrefix("weir_") || name.value.hasPrefix("_") {
      report(
        .hiddenName,
        name.location,
        "the name '\(name.value)' is reserved",
        hint: "names that begin with '_' or 'weir_' are Weir's own"
      )
      return false
    }
    guard isName, bytes.count <= TopologyLimits.nameLength else {
      report(
        .badName,
        name.location,
        "'\(name.value)' is no name of \(what)",
        hint: "a name is a small letter, then small letters, digits, '_' and '-', "
          + "at most \(TopologyLimits.nameLength) characters"
      )
      return false
    }
    return true
  }
}
