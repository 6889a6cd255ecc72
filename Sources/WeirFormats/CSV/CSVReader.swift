import Glibc
import WeirColumns

/// Reads CSV as RFC 4180 has it: quotes, doubled quotes and line ends inside quotes.
///
/// Values have the same types and rules as in JSON, written as plain text: numbers as JSON writes
/// them, `true` and `false`, json and lists as JSON text, whose line ends become spaces. A value
/// without quotes that equals the text for nulls is null. Empty lines are passed over. Columns that the schema does not name are
/// passed over too; a field that the header does not name is null, and the header is rejected.
package final class CSVReader: RecordReader {
  package let schema: RecordSchema
  package let format: CSVFormat
  package var place = ReaderPlace.start {
    didSet { isPlanned = false }
  }

  private let maximumRecordBytes: Int
  private let store: ValueStore
  private let conversion: CSVConversion
  private let nulls: [UInt8]
  // The values of the record at hand; grown by the header, freed in `deinit`.
  private var values: UnsafeMutablePointer<CSVValue>
  private var capacity: Int
  /// For each field the position of its value; -1 if the header does not name it.
  private var positions: [Int] = []
  /// Values that each record has.
  private var width = 0
  /// The positions fit the place.
  private var isPlanned = false
  /// The header was read, or there is none.
  private var hasHeader = false

  /// Makes a reader; a record longer than `maximumRecordBytes` is refused.
  package init(
    _ schema: RecordSchema,
    format: CSVFormat = CSVFormat(),
    maximumRecordBytes: Int = FormatLimits.maximumRecordBytes
  ) {
    FormatLimits.check(recordBytes: maximumRecordBytes)
    self.schema = schema
    self.format = format
    self.maximumRecordBytes = maximumRecordBytes
    store = ValueStore(schema)
    conversion = CSVConversion(store)
    nulls = Array(format.nulls.utf8)
    capacity = max(schema.fields.count, 64)
    values = .allocate(capacity: capacity)
  }

  deinit { values.deallocate() }

  package func read(
    _ block: UnsafeRawBufferPointer,
    into batch: Batch,
    maximumRows: Int,
    rejected: inout RejectedRecords,
    isLast: Bool
  ) -> Int {
    store.read(block, into: batch, maximumRows: maximumRows) { pass in
      guard pass.begin(&place, isLast: isLast) else { return }
      readBlock(&pass, &rejected, isLast: isLast)
    }
  }

  package func length(ofRecordIn block: UnsafeRawBufferPointer, isLast: Bool) -> Int? {
    let (quote, lineEnd) = (UInt8(ascii: "\""), UInt8(ascii: "\n"))
    var isQuoted = false
    var isAtStart = true
    var at = 0
    while at < block.count {
      let byte = block[at]
      at += 1
      if isQuoted {
        guard byte == quote else { continue }
        if at < block.count, block[at] == quote { at += 1 } else { isQuoted = false }
      } else {
        if byte == lineEnd { return at }
        isQuoted = isAtStart && byte == quote
        isAtStart = byte == format.delimiter
      }
    }
    return isLast && at > 0 ? at : nil
  }

  private func readBlock(
    _ pass: inout BlockPass,
    _ rejected: inout RejectedRecords,
    isLast: Bool
  ) {
    if !isPlanned { plan(place.header) }
    while pass.at < pass.end, pass.row < pass.rowLimit {
      var scanner = CSVRecordScanner(values, capacity: capacity, delimiter: format.delimiter)
      // A record is looked for in a window as long as it may be, wherever the block ends.
      let window = min(pass.end - pass.at, maximumRecordBytes + 1)
      let isWhole = isLast && window == pass.end - pass.at
      let next = scanner.scan(pass.at, window, isLast: isWhole)
      guard let next, scanner.length <= maximumRecordBytes else {
        guard window > maximumRecordBytes else { return }
        pass.rejectLongRecord(&place, &rejected, limit: maximumRecordBytes)
        guard pass.passLongRecord(&place, isLast: isLast) else { return }
        continue
      }
      if let reason = take(scanner, pass.at, &pass.row) {
        let offset = pass.at - pass.start
        rejected.records.append(
          RejectedRecord(offset: offset, length: scanner.length, reason: reason)
        )
      }
      pass.at += next
    }
  }

  /// Stores a record as the next row, or learns the header from it; the reason if it is neither.
  private func take(
    _ scanner: CSVRecordScanner,
    _ start: UnsafeRawPointer,
    _ row: inout Int
  ) -> String? {
    if scanner.length == 0 { return nil }
    if let fault = scanner.fault { return "invalid CSV: \(fault.rawValue)" }
    if scanner.isMaybeWide, !UTF8Check.isValid(start, scanner.length) { return "invalid UTF-8" }
    guard hasHeader else { return takeHeader(scanner, start) }
    let values = values
    let positions = positions
    guard scanner.count == width else {
      return "expected \(width) values, found \(scanner.count)"
    }
    for index in positions.indices {
      let position = positions[index]
      let fault: ValueFault?
      if position < 0 || isNull(values[position], start) {
        store.cells.setNull(index, row: row)
        fault = nil
      } else {
        fault = conversion.store(index, values[position], start, row)
      }
      if let fault {
        store.cells.undo(row: row)
        return fault.reason(schema.fields[index])
      }
    }
    row += 1
    return nil
  }

  @inline(__always)
  private func isNull(_ value: CSVValue, _ start: UnsafeRawPointer) -> Bool {
    guard !value.isQuoted, value.length == nulls.count else { return false }
    return nulls.isEmpty || memcmp(start + value.start, nulls, nulls.count) == 0
  }

  // MARK: Header

  private func takeHeader(_ scanner: CSVRecordScanner, _ start: UnsafeRawPointer) -> String? {
    if scanner.count > capacity {
      values.deallocate()
      capacity = scanner.count
      values = .allocate(capacity: capacity)
      var again = CSVRecordScanner(values, capacity: capacity, delimiter: format.delimiter)
      _ = again.scan(start, scanner.length, isLast: true)
    }
    let names = (0..<scanner.count).map { conversion.text(values[$0], start) }
    place.header = names
    plan(names)
    let missing = schema.fields.map(\.name).filter { !names.contains($0) }
    guard let first = missing.first else { return nil }
    return "the header has no column '\(first)'"
  }

  /// Works out where the values of the fields lie.
  private func plan(_ header: [String]?) {
    isPlanned = true
    hasHeader = !format.hasHeader || header != nil
    if format.hasHeader {
      let names = header ?? []
      positions = schema.fields.map { names.firstIndex(of: $0.name) ?? -1 }
      width = names.count
    } else {
      positions = Array(schema.fields.indices)
      width = positions.count
    }
    if width > capacity {
      values.deallocate()
      capacity = width
      values = .allocate(capacity: capacity)
    }
  }
}
