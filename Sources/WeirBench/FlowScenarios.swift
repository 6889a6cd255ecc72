import Glibc
import WeirColumns
import WeirCore
import WeirLZ4
import WeirWire

/// Rows between processes: dealing them out, and frames.
enum FlowScenarios {
  static let all = [
    Scenario(name: "partition-4-ways", prepare: partition),
    Scenario(name: "frame-encode-lz4") { encode(.lz4) },
    Scenario(name: "frame-encode-plain") { encode(.none) },
    Scenario(name: "frame-decode-lz4", prepare: decode),
  ]

  private static func partition() -> () -> Int {
    let batches = HarborRows.batches(8, cards: 100_000)
    let scratch = PartitionScratch()
    let table = KeyGroupTable(keyGroups: 128, instances: 4)
    let buffer = SelectionBuffer(capacity: HarborRows.rowsPerBatch)
    return {
      var rows = 0
      for _ in 0..<32 {
        for batch in batches {
          let parts = scratch.partition(batch, buffer.all(batch.count), key: [1], table: table)
          rows += parts.reduce(0) { $0 + $1.count }
        }
      }
      return rows
    }
  }

  private static let codec = BlockCodec(
    compress: LZ4Block.compress,
    decompress: LZ4Block.decompress
  )

  /// What job A sends: cards and times.
  private static func frames() -> [Frame] {
    let schema = Schema(
      [Field("card_token", .string), Field("_time", .timestamp)],
      eventTime: 1
    )
    return HarborRows.batches(8, cards: 100_000).map { source in
      let batch = Batch(
        viewing: source,
        schema: schema,
        columns: [source.columns[1], source.columns[5]]
      )
      var header = FrameHeader(.batch, ChannelID(0), Generation(1))
      header.schema = schema.fingerprint
      header.rows = batch.count
      header.footprint = batch.footprint
      return Frame(header, batch: batch)
    }
  }

  private static func encode(_ policy: CompressionPolicy) -> () -> Int {
    let frames = frames()
    let encoder = FrameEncoder(codec: codec, policy: policy)
    return {
      var rows = 0
      for _ in 0..<8 {
        for frame in frames {
          _ = encoder.encode(frame)
          rows += frame.header.rows
        }
      }
      return rows
    }
  }

  private static func decode() -> () -> Int {
    let encoder = FrameEncoder(codec: codec, policy: .lz4)
    let decoder = FrameDecoder(codec: codec)
    let pool = BatchPool()
    let frames = frames()
    let encoded = frames.map { encoder.encode($0) }
    guard let schema = frames.first?.batch?.schema else { preconditionFailure("no frames") }
    return {
      var rows = 0
      for _ in 0..<8 {
        for bytes in encoded {
          guard
            let frame = try? decoder.decode(bytes.bytes, schema: { _, _ in schema }, pool: pool),
            let batch = frame.batch
          else { preconditionFailure("a frame of our own does not decode") }
          rows += batch.count
          pool.give(batch)
        }
      }
      return rows
    }
  }
}
