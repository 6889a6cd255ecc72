/// Copies of slots as they were at the mark, made before they changed.
///
/// An entry is
///
///     0   4  the number of the entry before, of the same chunk; 0: it is the first
///     4   4  place in the chunk
///     8   n  the columns of the slot, one after the other
///
/// Entries are appended, so a copy costs the same whatever else has been copied, and memory is that
/// of the slots which changed while the snapshot was written.
final class AsideSlots {
  private let entryBytes: Int
  private let entriesOfBlock: Int
  // Freed in `removeAll`, and so in `deinit`.
  private var blocks: [UnsafeMutableRawPointer] = []
  /// The newest entry of each chunk; 0: it has none.
  private var heads: [UInt32] = []
  /// Entries so far, with entry 0, which is none.
  private var count = 1

  private static let blockBytes = 65_536

  /// For slots whose columns take so many bytes, at most 64 KiB.
  init(rowBytes: Int) {
    entryBytes = (8 + rowBytes + 7) & ~7
    entriesOfBlock = max(1, Self.blockBytes / entryBytes)
  }

  deinit { removeAll() }

  var isEmpty: Bool { count == 1 }

  /// Bytes of the copies.
  var reservedBytes: Int { blocks.count * entriesOfBlock * entryBytes + heads.count * 4 }

  /// Room for the copy of a slot.
  func append(chunk: Int, place: Int) -> UnsafeMutableRawPointer {
    if chunk >= heads.count {
      heads.append(
        contentsOf: repeatElement(0, count: max(chunk + 1, heads.count * 2) - heads.count)
      )
    }
    if count / entriesOfBlock == blocks.count {
      blocks.append(.allocate(byteCount: entriesOfBlock * entryBytes, alignment: 16))
    }
    let entry = entry(count)
    entry.storeBytes(of: heads[chunk], as: UInt32.self)
    entry.storeBytes(of: UInt32(place), toByteOffset: 4, as: UInt32.self)
    heads[chunk] = UInt32(count)
    count += 1
    return entry + 8
  }

  private func entry(_ number: Int) -> UnsafeMutableRawPointer {
    blocks[number / entriesOfBlock] + number % entriesOfBlock * entryBytes
  }

  /// Calls with the place and the copy of each slot of a chunk, and forgets them.
  func take(chunk: Int, _ body: (Int, UnsafeRawPointer) -> Void) {
    guard chunk < heads.count else { return }
    var number = Int(heads[chunk])
    heads[chunk] = 0
    while number != 0 {
      let entry = entry(number)
      body(Int(entry.load(fromByteOffset: 4, as: UInt32.self)), UnsafeRawPointer(entry + 8))
      number = Int(entry.load(as: UInt32.self))
    }
  }

  func has(chunk: Int) -> Bool { chunk < heads.count && heads[chunk] != 0 }

  /// Forgets all copies and gives their memory back.
  func removeAll() {
    for block in blocks { block.deallocate() }
    blocks = []
    heads = []
    count = 1
  }
}
