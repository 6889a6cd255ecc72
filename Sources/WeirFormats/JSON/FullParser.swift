/// Parses one line by the whole grammar of RFC 8259 and notes where the fields' values lie.
///
/// Every byte is checked, also in members that no field needs. The last of duplicate names wins.
/// Nothing is converted here. Bounds are checked at each byte, so nothing need follow the line.
struct FullParser {
  /// A scalar of the line, for learning its shape.
  struct Leaf {
    /// Bytes from the beginning of the line, quotes included.
    var start: Int
    var end: Int
    /// The node of the field tree; -1 if no field lies there.
    var node: Int
    /// How many objects and arrays it lies in.
    var depth: Int
  }

  private let tree: FieldTree
  // The line, owned by the caller for the duration of the parse; the slots, owned by the reader.
  private let base: UnsafePointer<UInt8>
  private let end: Int
  private let slots: UnsafeMutablePointer<ValueSlot>
  private var at = 0
  private var depth = 0
  private(set) var fault: SyntaxFault?
  /// The scalars in order, if they were asked for.
  private(set) var leaves: [Leaf] = []
  private let notesLeaves: Bool
  /// False once a field was met twice, or its place says nothing about the next line.
  private(set) var isPlain = true

  init(
    _ tree: FieldTree,
    _ line: UnsafeRawBufferPointer,
    slots: UnsafeMutablePointer<ValueSlot>,
    notesLeaves: Bool
  ) {
    guard let start = line.baseAddress else { preconditionFailure("a line without memory") }
    self.tree = tree
    base = start.assumingMemoryBound(to: UInt8.self)
    end = line.count
    self.slots = slots
    self.notesLeaves = notesLeaves
  }

  /// Parses the line; false leaves the reason in `fault`.
  mutating func parse() -> Bool {
    for field in tree.fields { slots[field] = ValueSlot() }
    guard UTF8Check.isValid(base, end) else { return fail(.encoding) }
    skipSpace()
    guard peek == UInt8(ascii: "{") else { return fail(.object) }
    guard object(0) else { return false }
    skipSpace()
    return at == end || fail(.trailing)
  }

  /// Reads the value that the line begins with, inside so many objects and arrays.
  ///
  /// Returns its length, or nil if it is malformed. What follows it is not looked at.
  mutating func measure(depth: Int, _ slot: inout ValueSlot) -> Int? {
    self.depth = depth
    guard value(&slot, -1), UTF8Check.isValid(base, at) else { return nil }
    return at
  }

  // MARK: Grammar

  /// Reads an object whose place in the tree is `node`, or -1.
  private mutating func object(_ node: Int) -> Bool {
    guard deeper() else { return false }
    at += 1
    skipSpace()
    if peek == UInt8(ascii: "}") { return closed() }
    while true {
      guard peek == UInt8(ascii: "\"") else { return fail(.name) }
      var name = ValueSlot()
      guard text(&name) else { return false }
      let child = node >= 0 ? self.child(of: node, name) : -1
      skipSpace()
      guard peek == UInt8(ascii: ":") else { return fail(.colon) }
      at += 1
      skipSpace()
      guard value(child) else { return false }
      skipSpace()
      if peek == UInt8(ascii: ",") {
        at += 1
        skipSpace()
        continue
      }
      guard peek == UInt8(ascii: "}") else { return fail(.objectEnd) }
      return closed()
    }
  }

  private mutating func array() -> Bool {
    guard deeper() else { return false }
    at += 1
    skipSpace()
    if peek == UInt8(ascii: "]") { return closed() }
    while true {
      guard value(-1) else { return false }
      skipSpace()
      if peek == UInt8(ascii: ",") {
        at += 1
        skipSpace()
        continue
      }
      guard peek == UInt8(ascii: "]") else { return fail(.arrayEnd) }
      return closed()
    }
  }

  private mutating func value(_ node: Int) -> Bool {
    var slot = ValueSlot()
    let start = at
    let noted = leaves.count
    guard value(&slot, node) else { return false }
    // An object or array that is itself a field is one leaf, whatever lies in it.
    let isOpaque = node >= 0 && tree.nodes[node].children.isEmpty
    if notesLeaves, isOpaque || slot.kind.isScalar {
      leaves.removeSubrange(noted...)
      leaves.append(Leaf(start: start, end: at, node: node, depth: depth))
    }
    if node >= 0 { note(slot, node) }
    return true
  }

  /// Reads a value and leaves its kind and extent, of texts without quotes, in `slot`.
  private mutating func value(_ slot: inout ValueSlot, _ node: Int) -> Bool {
    let start = at
    switch peek {
    case UInt8(ascii: "\""):
      guard text(&slot) else { return false }
    case UInt8(ascii: "{"):
      slot.kind = .object
      if node >= 0 { begin(node) }
      guard object(node) else { return false }
    case UInt8(ascii: "["):
      slot.kind = .array
      guard array() else { return false }
    case UInt8(ascii: "t"):
      guard word("true") else { return false }
      slot.kind = .yes
    case UInt8(ascii: "f"):
      guard word("false") else { return false }
      slot.kind = .no
    case UInt8(ascii: "n"):
      guard word("null") else { return false }
      slot.kind = .null
    default:
      guard number(&slot) else { return false }
    }
    if slot.kind != .text && slot.kind != .escapedText {
      slot.start = start
      slot.length = at - start
    }
    return true
  }

  /// Reads a text and leaves its extent, without quotes, in `slot`.
  private mutating func text(_ slot: inout ValueSlot) -> Bool {
    at += 1
    slot.kind = .text
    slot.start = at
    while true {
      while at < end, base[at] >= 0x20, base[at] != 0x22, base[at] != 0x5c { at &+= 1 }
      guard at < end, base[at] >= 0x20 else { return fail(.control) }
      if base[at] == 0x22 { break }
      slot.kind = .escapedText
      guard escape() else { return false }
    }
    slot.length = at - slot.start
    at += 1
    return true
  }

  /// Checks an escape; a high half of a surrogate pair must be followed by a low one.
  private mutating func escape() -> Bool {
    at += 1
    switch peek {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 1
      return true
    case UInt8(ascii: "u"):
      guard let unit = EscapedText.unit(base + at + 1, end - at - 1) else { return fail(.escape) }
      at += 5
      guard unit & 0xf800 == 0xd800 else { return true }
      guard unit < 0xdc00, end - at >= 6, base[at] == 0x5c, base[at + 1] == UInt8(ascii: "u"),
        let low = EscapedText.unit(base + at + 2, end - at - 2), low & 0xfc00 == 0xdc00
      else { return fail(.surrogate) }
      at += 6
      return true
    default:
      return fail(.escape)
    }
  }

  private mutating func number(_ slot: inout ValueSlot) -> Bool {
    guard peek == UInt8(ascii: "-") || peek &- 0x30 <= 9 else { return fail(.value) }
    let text = UnsafeRawBufferPointer(start: base + at, count: end - at)
    guard let length = NumberScan.length(text) else { return fail(.number) }
    at += length
    slot.kind = .number
    return true
  }

  private mutating func word(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    let start = at
    for place in 0..<count {
      guard start + place < end, base[start + place] == word.utf8Start[place] else {
        return fail(.value)
      }
    }
    at += count
    return true
  }

  private mutating func skipSpace() {
    while at < end {
      switch base[at] {
      case 0x20, 0x09, 0x0d, 0x0a: at &+= 1
      default: return
      }
    }
  }

  /// The next byte; 0, which no grammar expects, at the end.
  private var peek: UInt8 { at < end ? base[at] : 0 }

  private mutating func deeper() -> Bool {
    depth += 1
    return depth <= FormatLimits.maximumDepth || fail(.depth)
  }

  private mutating func closed() -> Bool {
    at += 1
    depth -= 1
    return true
  }

  private mutating func fail(_ kind: SyntaxFault.Kind) -> Bool {
    fault = SyntaxFault(kind: kind, position: at, isAtEnd: at >= end)
    return false
  }

  // MARK: Fields

  private func child(of node: Int, _ name: ValueSlot) -> Int {
    let raw = UnsafeRawBufferPointer(start: base + name.start, count: name.length)
    guard name.kind == .escapedText else { return tree.child(of: node, named: raw) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: raw.count + 8) { room in
      guard let start = room.baseAddress else { return -1 }
      let count = EscapedText.decode(raw, to: start)
      return tree.child(of: node, named: UnsafeRawBufferPointer(start: start, count: count))
    }
  }

  /// Starts an object: what a duplicate of it has left below is forgotten.
  private mutating func begin(_ node: Int) {
    for index in tree.nodes[node].descendants {
      let field = tree.fields[index]
      if slots[field].kind != .missing { isPlain = false }
      slots[field] = ValueSlot()
    }
  }

  private mutating func note(_ slot: ValueSlot, _ node: Int) {
    let place = tree.nodes[node]
    for index in place.fields {
      let field = tree.fields[index]
      if slots[field].kind != .missing || place.fields.count > 1 { isPlain = false }
      slots[field] = slot
    }
    guard !place.descendants.isEmpty else { return }
    // A shape can say where the values below lie only if they are there.
    if !place.fields.isEmpty || slot.kind != .object { isPlain = false }
    guard slot.kind != .object else { return }
    for index in place.descendants {
      let kind: ValueSlot.Kind = slot.kind == .null ? .null : .unreachable
      slots[tree.fields[index]] = ValueSlot(kind: kind, through: slot.kind)
    }
  }
}
