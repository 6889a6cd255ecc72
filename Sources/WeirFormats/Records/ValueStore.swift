import Glibc
import WeirColumns

/// Converts what the parser found and stores it as a row.
final class ValueStore {
  let schema: RecordSchema
  let cells: RowCells
  // One slot a field, freed in `deinit`; the parser fills them, so they are no array.
  let slots: UnsafeMutablePointer<ValueSlot>
  // Copies without the names of the fields, which would be retained at each value.
  private let types: [ColumnType]
  private let units: [TimeUnit]
  private var list = ListCellBuilder()

  init(_ schema: RecordSchema) {
    self.schema = schema
    cells = RowCells(schema)
    types = schema.fields.map(\.type)
    units = schema.fields.map(\.unit)
    slots = .allocate(capacity: max(schema.fields.count, 1))
    slots.initialize(repeating: ValueSlot(), count: schema.fields.count)
  }

  deinit { slots.deallocate() }

  /// Appends the rows that `body` reads from a block and returns how many bytes it has passed.
  func read(
    _ block: UnsafeRawBufferPointer,
    into batch: Batch,
    maximumRows: Int,
    _ body: (inout BlockPass) -> Void
  ) -> Int {
    guard let start = block.baseAddress, maximumRows > 0 else { return 0 }
    cells.open(batch, maximumRows: maximumRows)
    var pass = BlockPass(
      start: start,
      at: start,
      end: start + block.count,
      row: batch.count,
      rowLimit: batch.count + maximumRows
    )
    body(&pass)
    cells.close(rows: pass.row)
    return pass.at - start
  }

  /// Stores the values that the slots say as row `row`; the reason if one is of the wrong type.
  ///
  /// Then the row is undone.
  func store(_ line: UnsafeRawPointer, row: Int) -> String? {
    for index in types.indices {
      if let fault = store(index, slots[index], line, row) {
        cells.undo(row: row)
        return fault.reason(schema.fields[index])
      }
    }
    return nil
  }

  /// Stores one value, or only checks it if nobody needs the field.
  ///
  /// `FormatLimits.blockSlack` bytes behind the value can be read.
  func store(
    _ index: Int,
    _ slot: ValueSlot,
    _ line: UnsafeRawPointer,
    _ row: Int
  ) -> ValueFault? {
    let type = types[index]
    let text = UnsafeRawBufferPointer(start: line + slot.start, count: slot.length)
    switch slot.kind {
    case .missing, .null:
      cells.setNull(index, row: row)
      return nil
    case .unreachable:
      return .notObject(found: slot.through.found)
    case .text, .escapedText, .number, .yes, .no, .object, .array:
      break
    }
    switch type {
    case .bool:
      guard slot.kind == .yes || slot.kind == .no else {
        return .wrongType(found: slot.kind.found)
      }
      let cell = cells.cells[index]
      cell.flags[row & cell.rowMask] = slot.kind == .yes ? 1 : 0
    case .int, .float, .decimal, .timestamp, .duration:
      var word: Int64 = 0
      if let fault = self.word(slot.kind, text, type, units[index], &word) { return fault }
      let cell = cells.cells[index]
      cell.words[row & cell.rowMask] = word
    case .string:
      guard slot.kind == .text || slot.kind == .escapedText else {
        return .wrongType(found: slot.kind.found)
      }
      storeText(index, text, isEscaped: slot.kind == .escapedText, row)
    case .bytes:
      return storeBytes(index, slot.kind, text, row)
    case .json:
      let isText = slot.kind == .text || slot.kind == .escapedText
      let whole =
        isText ? UnsafeRawBufferPointer(start: line + slot.start - 1, count: slot.length + 2) : text
      storeJSON(index, whole, row)
    case .list(let element):
      return storeList(index, slot, text, element, row)
    }
    return nil
  }

  /// The word of a value; texts are read as times only.
  private func word(
    _ kind: ValueSlot.Kind,
    _ text: UnsafeRawBufferPointer,
    _ type: ColumnType,
    _ unit: TimeUnit,
    _ word: inout Int64
  ) -> ValueFault? {
    switch kind {
    case .number:
      return ScalarText.word(number: text, type, unit, into: &word)
    case .text:
      return ScalarText.word(text: text, type, into: &word)
    case .escapedText:
      return withUnsafeTemporaryAllocation(
        byteCount: text.count + FormatLimits.blockSlack,
        alignment: 8
      ) { room in
        guard let start = room.baseAddress else { return .malformed }
        let count = EscapedText.decode(text, to: start.assumingMemoryBound(to: UInt8.self))
        let plain = UnsafeRawBufferPointer(start: start, count: count)
        return ScalarText.word(text: plain, type, into: &word)
      }
    case .missing, .null, .yes, .no, .object, .array, .unreachable:
      return .wrongType(found: kind.found)
    }
  }

  private func storeText(
    _ index: Int,
    _ text: UnsafeRawBufferPointer,
    isEscaped: Bool,
    _ row: Int
  ) {
    guard cells.cells[index].column >= 0 else { return }
    let target = cells.room(index, text.count)
    if isEscaped {
      cells.endValue(index, row: row, EscapedText.decode(text, to: target))
    } else {
      if let start = text.baseAddress { memcpy(target, start, text.count) }
      cells.endValue(index, row: row, text.count)
    }
  }

  /// Stores valid JSON as it is, in one line: its line ends can only stand between tokens, where a
  /// space says the same.
  private func storeJSON(_ index: Int, _ text: UnsafeRawBufferPointer, _ row: Int) {
    guard cells.cells[index].column >= 0 else { return }
    let target = cells.room(index, text.count)
    for offset in 0..<text.count {
      let byte = text[offset]
      target[offset] = byte == 0x0a || byte == 0x0d ? 0x20 : byte
    }
    cells.endValue(index, row: row, text.count)
  }

  private func storeBytes(
    _ index: Int,
    _ kind: ValueSlot.Kind,
    _ text: UnsafeRawBufferPointer,
    _ row: Int
  ) -> ValueFault? {
    guard kind == .text || kind == .escapedText else { return .wrongType(found: kind.found) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count * 2 + 8) { room in
      guard let start = room.baseAddress else { return .malformed }
      let count = EscapedText.decode(text, to: start)
      let plain = UnsafeRawBufferPointer(start: start, count: count)
      guard let decoded = Base64.decode(plain, to: start + text.count) else { return .malformed }
      let bytes = UnsafeRawBufferPointer(start: start + text.count, count: decoded)
      storeText(index, bytes, isEscaped: false, row)
      return nil
    }
  }

  private func storeList(
    _ index: Int,
    _ slot: ValueSlot,
    _ text: UnsafeRawBufferPointer,
    _ element: ElementType,
    _ row: Int
  ) -> ValueFault? {
    guard slot.kind == .array, let start = text.baseAddress else {
      return .wrongType(found: slot.kind.found)
    }
    list.removeAll()
    var walk = ArrayWalk(text)
    while let item = walk.next() {
      if let fault = append(item, start, element, units[index]) {
        return .element(index: Int(list.count), fault: fault)
      }
    }
    list.bytes.withUnsafeBytes { storeText(index, $0, isEscaped: false, row) }
    return nil
  }

  /// Appends an element to the list cell.
  private func append(
    _ slot: ValueSlot,
    _ base: UnsafeRawPointer,
    _ element: ElementType,
    _ unit: TimeUnit
  ) -> ValueFault? {
    let text = UnsafeRawBufferPointer(start: base + slot.start, count: slot.length)
    if slot.kind == .null {
      list.appendNull()
      return nil
    }
    switch element {
    case .bool:
      guard slot.kind == .yes || slot.kind == .no else {
        return .wrongType(found: slot.kind.found)
      }
      list.append(bool: slot.kind == .yes)
    case .int, .float, .decimal, .timestamp, .duration:
      var word: Int64 = 0
      if let fault = self.word(slot.kind, text, element.columnType, unit, &word) { return fault }
      list.append(word: word)
    case .string where slot.kind == .text:
      list.append(text: text)
    case .string:
      guard slot.kind == .escapedText else { return .wrongType(found: slot.kind.found) }
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + 8) { room in
        guard let start = room.baseAddress else { return }
        let count = EscapedText.decode(text, to: start)
        list.append(text: UnsafeRawBufferPointer(start: start, count: count))
      }
    }
    return nil
  }
}
