import WeirColumns
import WeirCore
import WeirFormats
import WeirWire

/// What of the keyed state of one operator is shown: rows as text, of all its instances in order.
struct InspectedState {
  let name: String
  /// What the windows are.
  let window: String
  /// Titles of the columns.
  private(set) var titles: [String] = []
  /// By row the text of each column.
  private(set) var cells: [[String]] = []
  /// The same rows as JSON objects.
  private(set) var objects: [String] = []
  /// Keys that have state, over all instances.
  private(set) var keys = 0
  /// Rows that there are, of which `cells` are the first that were asked for.
  private(set) var rows = 0

  /// Which rows are shown.
  struct Choice {
    /// The key's columns, separated by commas; nil: all keys.
    var key: String?
    /// The most rows.
    var limit: Int
  }

  /// Rows that are turned into text at once.
  private static let sliceRows = 1024
  /// Bytes of state that are read at once.
  private static let sliceBytes = 4 << 20

  /// Reads the state of an operator, one instance at a time.
  ///
  /// Throws E514 to E516 if it cannot be used. O(bytes of the state).
  init(_ stage: StageOutline, of subject: StateSubject, _ choice: Choice) throws(WeirError) {
    name = stage.name
    guard let description = stage.state, let shape = StateShape(description) else {
      throw WeirError(
        "E516",
        "the state of '\(stage.name)' cannot be understood",
        detail: "this version of weir does not know its form",
        hint: "look at it with the version that wrote it",
        blame: .user
      )
    }
    window = Self.words(shape.window.shape)
    let names = zip(shape.aggregates.indices, shape.aggregates).map { place, spec in
      let calls = stage.aggregates.calls
      return spec.name.hasPrefix("_") && place < calls.count ? calls[place] : spec.name
    }
    for member in subject.stored.manifest.members where member.instance.stage == stage.name {
      // An instance that was dealt anew and has not taken a checkpoint since reads those of others.
      guard let state = member.snapshot.state else { continue }
      let inspection = StateInspection(shape, names: names)
      let reading = try StateReading(state, in: subject.files, of: description, codec: .lz4)
      while true {
        let sections = try reading.next(maximumBytes: Self.sliceBytes)
        if sections.isEmpty { break }
        for section in sections { try inspection.restore(section) }
      }
      try inspection.finishRestore()
      titles = inspection.schema.fields.map(\.name)
      keys += inspection.keyCount
      if choice.key == nil { rows += inspection.rowCount }
      take(inspection, choice)
    }
  }

  private mutating func take(_ inspection: StateInspection, _ choice: Choice) {
    let schema = inspection.schema
    let batch = Batch(schema, capacity: Self.sliceRows)
    let texts = batch.columns.indices.map { CellText(batch, column: $0) }
    let json = JSONLinesWriter(schema)
    let buffer = TextBuffer()
    let one = SelectionBuffer(capacity: 1)
    while cells.count < choice.limit || choice.key != nil,
      inspection.read(maximumRows: Self.sliceRows, into: batch)
    {
      for row in 0..<batch.count {
        one.indices[0] = UInt16(row)
        let selection = Selection(indices: one.indices, count: 1)
        let fields = texts.map { $0.text(selection, buffer) }
        if let key = choice.key {
          guard fields.prefix(inspection.keyWidth).joined(separator: ",") == key else { continue }
          rows += 1
        }
        guard cells.count < choice.limit else { continue }
        cells.append(fields)
        buffer.removeAll()
        json.write(batch, selection, into: buffer)
        objects.append(buffer.line)
      }
      batch.removeAll()
    }
  }

  private static func words(_ shape: WindowSpec.Shape) -> String {
    switch shape {
    case .tumbling(let size, _): "tumbling \(DurationText.text(size))"
    case .sliding(let size, let every, _):
      "sliding \(DurationText.text(size)) every \(DurationText.text(every)), kept in pieces of "
        + DurationText.text(every)
    case .session(let gap): "sessions of \(DurationText.text(gap))"
    case .running: "running totals"
    }
  }
}

/// The values of a column as texts, as CSV files have them but for their quotes.
private struct CellText {
  private let batch: Batch
  private let column: Column
  private let schema: Schema
  private let writer: CSVWriter

  init(_ batch: Batch, column index: Int) {
    self.batch = batch
    column = batch.columns[index]
    // A name that begins with '_' would be left out.
    schema = Schema([Field("value", batch.schema.fields[index].type)])
    let format = CSVFormat(hasHeader: false, delimiter: UInt8(ascii: ","), nulls: "null")
    writer = CSVWriter(schema, format: format)
  }

  func text(_ row: Selection, _ buffer: TextBuffer) -> String {
    buffer.removeAll()
    writer.write(Batch(viewing: batch, schema: schema, columns: [column]), row, into: buffer)
    let text = buffer.line
    guard text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 else { return text }
    return String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
      .replacing("\n", with: "\\n")
  }
}

extension TextBuffer {
  /// What it holds without the line's end.
  fileprivate var line: String {
    var text = String(decoding: bytes, as: UTF8.self)
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }
}
