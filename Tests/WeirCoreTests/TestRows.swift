import WeirColumns
import WeirCore

/// A value of a row in a test; nil stands for null.
enum TestValue: Hashable {
  case word(Int64)
  case float(Double)
  case text(String)

  static func precedes(_ left: TestValue, _ right: TestValue) -> Bool {
    switch (left, right) {
    case (.word(let left), .word(let right)): left < right
    case (.float(let left), .float(let right)): left < right
    case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    default: preconditionFailure("\(left) and \(right) do not compare")
    }
  }
}

/// A row of a test.
struct TestRow {
  var values: [TestValue?]
  var stamp: Int64?

  /// The event time, which is column 2 of the test schema.
  var time: Int64 {
    guard case .word(let time)? = values[2] else { preconditionFailure("no time in \(values)") }
    return time
  }
}

enum TestSchema {
  static let fields = Schema(
    [
      Field("k", .string), Field("n", .int), Field("t", .timestamp), Field("x", .int),
      Field("d", .decimal(scale: 2)), Field("f", .float), Field("s", .string), Field("b", .bool),
      Field("u", .duration), Field("flag", .bool),
    ],
    eventTime: 2
  )

  static func batch(_ rows: [TestRow]) -> Batch {
    let batch = Batch(fields, capacity: 1, bytesPerRow: 1)
    batch.reserve(rows: rows.count)
    for (index, row) in rows.enumerated() {
      for (column, value) in zip(batch.columns, row.values) {
        switch value {
        case nil: column.appendNull(at: index)
        case .word(let word)?: column.append(word: word, at: index)
        case .float(let double)?: column.append(double: double, at: index)
        case .text(let text)?: column.append(text: text, at: index)
        }
      }
    }
    batch.count = rows.count
    if rows.contains(where: { $0.stamp != nil }) {
      batch.beginStamps(rows: batch.count)
      for (index, row) in rows.enumerated() {
        batch.stamps.words[index] = row.stamp ?? Batch.noStamp
      }
    }
    return batch
  }

  /// A row as values; an error is a text of its own.
  static func values(_ batch: Batch, _ row: Int) -> [TestValue?] {
    batch.columns.map { column in
      switch column.mark(at: row) {
      case .value: break
      case .null: return nil
      default: return .text("error \(column.mark(at: row))")
      }
      switch column.type.layout {
      case .byte: return .word(Int64(column.flags[row]))
      case .variable: return .text(column.text(at: row))
      case .word where column.type == .float: return .float(column.doubles[row])
      case .word: return .word(column.words[row])
      }
    }
  }
}

/// A result row, rendered so that last digits of floats do not matter.
func rendered(_ values: [TestValue?]) -> String {
  values.map { value in
    switch value {
    case nil: "null"
    case .word(let word)?: "\(word)"
    case .float(let double)?: "\((double * 1e6).rounded() / 1e6)"
    case .text(let text)?: "'\(text)'"
    }
  }.joined(separator: " ")
}

/// An operator in a test, and what came out of it.
final class OperatorProbe {
  let subject: any KeyedOperator
  var onTime: [String] = []
  var updates: [String] = []
  var early: [String] = []
  /// Late rows by time, with their lateness.
  var late: [String] = []
  private let lateRows = LateRows()
  private(set) var watermark = Watermark.start
  var maximumRows = 8192
  private var steps = 0

  init(_ subject: any KeyedOperator) { self.subject = subject }

  func process(_ rows: [TestRow]) throws(WeirError) {
    try subject.process(TestSchema.batch(rows), watermark: watermark, late: lateRows)
    for position in 0..<lateRows.count {
      let row = rows[Int(lateRows.selection.indices[position])]
      late.append("\(row.time) \(lateRows.lateness[position])")
    }
    try drain()
    steps += 1
    if steps % 8 == 0 { subject.checkInvariants() }
  }

  /// Rows none of which is late.
  func process(_ batch: Batch) throws(WeirError) {
    try subject.process(batch, watermark: watermark, late: lateRows)
    precondition(lateRows.count == 0, "\(lateRows.count) late rows")
    try drain()
  }

  func merge(_ partials: Batch) throws(WeirError) {
    try subject.merge(partials, watermark: watermark)
    try drain()
  }

  func advance(to time: Int64) throws(WeirError) {
    watermark = Watermark(microseconds: max(time, watermark.microseconds))
    subject.advance(to: watermark)
    try drain()
    if watermark == .end { subject.checkInvariants() }
  }

  func requestEarly() throws(WeirError) {
    subject.requestEarly()
    try drain()
  }

  private func drain() throws(WeirError) {
    while true {
      let batch = Batch(subject.output, capacity: 1, bytesPerRow: 0)
      guard case .rows(let kind) = try subject.emit(maximumRows: maximumRows, into: batch) else {
        return
      }
      precondition(batch.count <= maximumRows, "\(batch.count) rows")
      let rows = (0..<batch.count).map { rendered(TestSchema.values(batch, $0)) }
      switch kind {
      case .onTime: onTime += rows
      case .update: updates += rows
      case .early: early += rows
      }
    }
  }
}
