import CChecksum
import Foundation
import WeirColumns
import WeirCore
import WeirWire

/// Chance that is the same in every run (splitmix64).
struct Chance: RandomNumberGenerator {
  private var state: UInt64

  /// `WEIR_SEED` moves every seed, for longer runs with other numbers.
  init(seed: UInt64) {
    let moved = ProcessInfo.processInfo.environment["WEIR_SEED"].flatMap { UInt64($0) } ?? 0
    state = seed &+ moved &* 0x9e37_79b9
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// One cell of a row, as tests write and compare it.
enum Cell: Hashable {
  case word(Int64)
  case float(Double)
  case flag(Bool)
  case text([UInt8])
  case mark(RowMark)

  static func text(_ text: String) -> Cell { .text(Array(text.utf8)) }
}

/// Rows as values: what went in must come out.
struct Rows: Hashable {
  var columns: [[Cell]]
  var stamps: [Int64]?
}

extension Batch {
  /// Fills a batch from cells, column by column.
  static func of(_ schema: Schema, _ columns: [[Cell]], stamps: [Int64]? = nil) -> Batch {
    let rows = columns.first?.count ?? 0
    let batch = Batch(schema, capacity: max(rows, 1))
    for (column, cells) in zip(batch.columns, columns) {
      for (row, cell) in cells.enumerated() { column.append(cell, at: row) }
    }
    batch.count = rows
    if let stamps {
      batch.hasStamps = true
      for (row, stamp) in stamps.enumerated() { batch.stamps.words[row] = stamp }
    }
    return batch
  }

  /// The rows as values, with whatever lies under a mark left out.
  var rows: Rows {
    Rows(
      columns: columns.map { column in (0..<count).map { column.cell(at: $0) } },
      stamps: hasStamps ? (0..<count).map { stamps.words[$0] } : nil
    )
  }
}

extension Column {
  func append(_ cell: Cell, at row: Int) {
    switch cell {
    case .word(let word): append(word: word, at: row)
    case .float(let number): append(double: number, at: row)
    case .flag(let flag): append(word: flag ? 1 : 0, at: row)
    case .text(let bytes): bytes.withUnsafeBytes { append(bytes: $0, at: row) }
    case .mark(let mark):
      appendNull(at: row)
      marks[row] = mark.rawValue
    }
  }

  func cell(at row: Int) -> Cell {
    let mark = mark(at: row)
    if mark != .value { return .mark(mark) }
    switch layout {
    case .byte: return .flag(flags[row] == 1)
    case .word: return type == .float ? .float(doubles[row]) : .word(words[row])
    case .variable: return .text(Array(rawBytes(at: row)))
    }
  }
}

extension Frame {
  /// A frame of a batch, its header filled in truthfully.
  static func of(_ batch: Batch, channel: UInt32 = 7) -> Frame {
    var header = FrameHeader(.batch, ChannelID(channel), Generation(3))
    header.schema = batch.schema.fingerprint
    header.rows = batch.count
    header.footprint = batch.footprint
    header.sequence = 5
    header.watermark = Watermark(microseconds: 1_767_261_600_000_000)
    header.epoch = Epoch(2)
    header.sentAt = WallTime(microseconds: 1_767_261_605_000_000)
    header.oldestAt = WallTime(microseconds: 1_767_261_604_000_000)
    return Frame(header, batch: batch)
  }
}

extension EncodedFrame {
  var array: [UInt8] { Array(bytes) }
}

/// Makes the checksum of a frame right again after its bytes were changed.
func reseal(_ bytes: inout [UInt8]) {
  guard bytes.count >= 16 else { return }
  bytes.replaceSubrange(12..<16, with: [0, 0, 0, 0])
  let sum = bytes.withUnsafeBytes { weir_crc32c_portable(0, $0.baseAddress, $0.count) }
  bytes.replaceSubrange(12..<16, with: withUnsafeBytes(of: sum.littleEndian) { Array($0) })
}

/// Decodes from memory of exactly that size, so that a read past the end is in nobody's interest.
func decode(
  _ bytes: [UInt8],
  _ schema: Schema? = nil,
  decoder: FrameDecoder = FrameDecoder(codec: .runs),
  pool: BatchPool = BatchPool()
) throws(FrameFault) -> Frame {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
  defer { memory.deallocate() }
  memory.copyBytes(from: bytes)
  return try decoder.decode(UnsafeRawBufferPointer(memory), schema: { _, _ in schema }, pool: pool)
}

/// The reason for which bytes are refused, nil if they are not.
func refusal(_ bytes: [UInt8], _ schema: Schema? = nil) -> FrameFault.Reason? {
  do throws(FrameFault) {
    _ = try decode(bytes, schema)
    return nil
  } catch {
    return error.reason
  }
}

extension BlockCodec {
  /// Stands in for LZ4: runs as (length, byte), as many as it takes.
  static let runs = BlockCodec(
    compress: { source, target in
      var written = 0
      var index = 0
      while index < source.count {
        var length = 1
        while index + length < source.count && length < 255
          && source[index + length] == source[index]
        {
          length += 1
        }
        guard written + 2 <= target.count else { return 0 }
        target[written] = UInt8(length)
        target[written + 1] = source[index]
        written += 2
        index += length
      }
      return written
    },
    decompress: { source, target in
      var written = 0
      guard source.count % 2 == 0 else { return nil }
      for index in stride(from: 0, to: source.count, by: 2) {
        let length = Int(source[index])
        guard written + length <= target.count else { return nil }
        for place in written..<written + length { target[place] = source[index + 1] }
        written += length
      }
      return written
    }
  )
}
