/// What of a marked state is not written yet, and where writing goes on.
///
/// It keeps the tables of the mark alive, so that a pane which goes away meanwhile is written as it
/// was.
struct StateWriter {
  /// A table on its way out, and who numbers its slots.
  struct Part {
    var table: StateTable
    var chunks: ChunkTable
    var slots: SlotAllocator
    /// Who numbers the keys that its slots name.
    var keySlots: SlotAllocator?
  }

  private var head: [UInt8]?
  private let parts: [Part]
  private let arenas: GroupArenas
  /// The part that is being written; before 0 the arenas are.
  private var part = -1
  private var group = 0
  private var section = 0

  init(head: [UInt8], parts: [Part], arenas: GroupArenas) {
    self.head = head
    self.parts = parts
    self.arenas = arenas
  }

  /// Appends sections until they hold `maximumBytes` or nothing is left; returns true then.
  mutating func writeSlice(maximumBytes: Int, into sections: inout [StateSection]) -> Bool {
    var left = maximumBytes
    if let head {
      let address = StateAddress(StateTable(.head), group: 0, section: 0)
      sections.append(StateSection(address, isWhole: true, bytes: head))
      self.head = nil
    }
    // Looking where nothing waits is work too: a section without changes counts as 16 bytes.
    while left > 0 {
      if part < 0 {
        guard writeBytes(&left, into: &sections) else { continue }
      } else {
        guard part < parts.count else { return true }
        writeTable(parts[part], &left, into: &sections)
      }
    }
    return part == parts.count
  }

  /// Writes a section of the arenas, or goes on to the next one; true when there is none left.
  private mutating func writeBytes(
    _ left: inout Int,
    into sections: inout [StateSection]
  ) -> Bool {
    guard group < arenas.arenas.count else {
      part = 0
      group = 0
      section = 0
      return true
    }
    left -= 16
    guard let arena = arenas.arenas[group], arena.isMarked, section < arena.sectionCount else {
      arenas.arenas[group]?.endSnapshot(isAbandoned: false)
      group += 1
      section = 0
      return false
    }
    if let head = arena.takeMarkedHead() {
      let address = StateAddress(StateTable(.byteHeads), group: group, section: 0)
      sections.append(StateSection(address, isWhole: true, bytes: head.encoded))
      left -= 300
    }
    let address = StateAddress(StateTable(.bytes), group: group, section: section)
    if let taken = arena.takeSection(address) {
      sections.append(taken)
      left -= taken.bytes.count
    }
    section += 1
    return false
  }

  private mutating func writeTable(
    _ part: Part,
    _ left: inout Int,
    into sections: inout [StateSection]
  ) {
    guard part.chunks.isMarked, group < part.slots.chunks.count else {
      part.chunks.endSnapshot()
      self.part += 1
      group = 0
      section = 0
      return
    }
    left -= 16
    let chunks = part.slots.chunks[group]
    guard section << (part.chunks.sectionShift - part.chunks.shift) < chunks.count else {
      group += 1
      section = 0
      return
    }
    let address = StateAddress(part.table, group: group, section: section)
    if var taken = part.chunks.takeSection(address, chunks) {
      part.normalize(&taken)
      left -= taken.bytes.count
      sections.append(taken)
    }
    section += 1
  }

  /// Forgets what is left.
  func abandon() {
    for arena in arenas.arenas { arena?.endSnapshot(isAbandoned: true) }
    for part in parts { part.chunks.abandonSnapshot() }
  }
}

extension StateWriter.Part {
  /// Takes the numbers out that only this instance knows.
  fileprivate func normalize(_ section: inout StateSection) {
    switch table.kind {
    case .keys: clearFreeLinks(&section)
    case .sessions: numberKeys(&section)
    case .head, .byteHeads, .bytes, .pane, .latePane, .carries, .lateCarries, .totals: return
    }
  }

  /// The slot of each session's key becomes its number in its key group plus 1.
  private func numberKeys(_ section: inout StateSection) {
    guard let keySlots else { preconditionFailure("sessions without keys") }
    let count = section.bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
    section.bytes.withUnsafeMutableBytes { raw in
      // The keys are the last column but one, and both are of 4 bytes.
      let start = raw.count - 2 * ((count * 4 + 7) & ~7)
      for offset in stride(from: start, to: start + count * 4, by: 4) {
        let slot = raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        let number = slot == 0 ? 0 : keySlots.localNumber(slot) + 1
        raw.storeBytes(of: number, toByteOffset: offset, as: UInt32.self)
      }
    }
  }

  private func clearFreeLinks(_ section: inout StateSection) {
    let count = section.bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
    section.bytes.withUnsafeMutableBytes { raw in
      // The cells are the first column; behind them come the tags, padded.
      let end = raw.count - (count * 4 + 7) & ~7
      for cell in stride(from: end - count * 16, to: end, by: 16) where raw[cell + 15] == 0 {
        raw.storeBytes(of: 0, toByteOffset: cell, as: UInt64.self)
      }
    }
  }
}
