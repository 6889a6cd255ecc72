import Glibc
import WeirColumns
import WeirCore
import WeirLZ4
import WeirWire

/// One key with nine of ten rows, four processes: what the sender spends, and the process that the key
/// belongs to, by row of the source, with rows and with partial aggregates.
enum CombineScenarios {
  static let all = [
    Scenario(name: "hot-key-send-rows") { send(combines: false) },
    Scenario(name: "hot-key-send-combined") { send(combines: true) },
    Scenario(name: "hot-key-receive-rows") { receive(combines: false) },
    Scenario(name: "hot-key-receive-combined") { receive(combines: true) },
  ]

  private static let instances = 4
  /// Batches whose rows, or partial aggregates, travel in one frame.
  private static let batchesOfFrame = 4
  private static let window = WindowSpec(.sliding(size: 600_000_000, every: 60_000_000))
  private static let schema = Schema(
    [
      Field("card_token", .string), Field("amount_usd", .decimal(scale: 2)),
      Field("terminal_ts", .timestamp),
    ],
    eventTime: 2
  )
  private static let amount = ColumnType.decimal(scale: 2)
  private static let aggregates = [
    AggregateSpec(.count, name: "rows"),
    AggregateSpec(.sum, argument: 1, argumentType: amount, name: "total"),
    AggregateSpec(.maximum, argument: 1, argumentType: amount, name: "most"),
  ]
  private static let codec = BlockCodec(
    compress: LZ4Block.compress,
    decompress: LZ4Block.decompress
  )

  /// Rows of which nine of ten have one key, and those of the others belong to 100,000 cards.
  private static func batches(_ count: Int) -> [Batch] {
    var random = BenchRandom()
    return HarborRows.batches(count, cards: 100_000).map { source in
      let cards = Column(
        .string,
        capacity: HarborRows.rowsPerBatch,
        byteCapacity: 16 * HarborRows.rowsPerBatch
      )
      for row in 0..<source.count {
        let text = random.below(10) > 0 ? "c-the-one" : source.columns[1].text(at: row)
        cards.append(text: text, at: row)
      }
      return Batch(
        viewing: source,
        schema: schema,
        columns: [cards, source.columns[4], source.columns[5]]
      )
    }
  }

  private static func makeForm() -> CombinedForm {
    guard let form = CombinedForm(window, aggregates, keyColumns: [0], input: schema) else {
      preconditionFailure("these aggregates can be combined")
    }
    return form
  }

  /// The sender: deals rows out, after adding them up if it does, and makes frames.
  private final class Sender {
    private let form = makeForm()
    private let combiner: Combiner?
    private let table = KeyGroupTable(keyGroups: 128, instances: instances)
    private let scratch = PartitionScratch()
    private let all = SelectionBuffer(capacity: HarborRows.rowsPerBatch)
    private let encoder = FrameEncoder(codec: codec, policy: .lz4)
    private var builders: [Batch]
    private var frames: [(instance: Int, frame: EncodedFrame)] = []

    init(combines: Bool) {
      combiner =
        combines ? Combiner(form, .auto, window, aggregates, keyColumns: [0]) : nil
      let sent = combines ? form.schema : schema
      builders = (0..<instances).map { _ in Batch(sent, capacity: HarborRows.rowsPerBatch) }
    }

    var schemaSent: Schema { builders[0].schema }

    /// The frames of the batches, each with the instance that it goes to.
    func send(_ batches: [Batch]) -> [(instance: Int, frame: EncodedFrame)] {
      frames.removeAll(keepingCapacity: true)
      for (number, batch) in batches.enumerated() {
        if let combiner {
          let left = combiner.combine(batch, all.all(batch.count), reach: .leastSaid)
          precondition(left?.count == 0, "rows were left")
          deal(combiner.partials)
        } else {
          deal(batch)
        }
        if (number + 1) % batchesOfFrame == 0 { for instance in 0..<instances { cut(instance) } }
      }
      return frames
    }

    private func deal(_ batch: Batch) {
      let rows = all.all(batch.count)
      for (instance, part) in scratch.partition(batch, rows, key: [0], table: table).enumerated() {
        var left = part
        while left.count > 0 {
          var some = left
          some.count = min(left.count, HarborRows.rowsPerBatch - builders[instance].count)
          builders[instance].append(batch, some)
          left.indices += some.count
          left.count -= some.count
          if builders[instance].count == HarborRows.rowsPerBatch { cut(instance) }
        }
      }
    }

    private func cut(_ instance: Int) {
      let batch = builders[instance]
      guard batch.count > 0 else { return }
      var header = FrameHeader(.batch, ChannelID(UInt32(instance)), Generation(1))
      header.schema = batch.schema.fingerprint
      header.rows = batch.count
      header.footprint = batch.footprint
      frames.append((instance, encoder.encode(Frame(header, batch: batch))))
      batch.removeAll()
    }
  }

  private static func send(combines: Bool) -> () -> Int {
    let batches = batches(16)
    let sender = Sender(combines: combines)
    return {
      for _ in 0..<4 { _ = sender.send(batches) }
      return 4 * batches.reduce(0) { $0 + $1.count }
    }
  }

  /// The process that has the key: takes its frames, and adds up what they hold.
  private static func receive(combines: Bool) -> () -> Int {
    let batches = batches(16)
    let sender = Sender(combines: combines)
    let sent = sender.send(batches)
    let bytes = (0..<instances).map { instance in
      sent.filter { $0.instance == instance }.reduce(0) { $0 + $1.frame.bytes.count }
    }
    // With rows the hot process is the one that gets most; it is the same one with partial aggregates.
    let plain = combines ? Sender(combines: false).send(batches) : sent
    let most = (0..<instances).max { left, right in
      plain.filter { $0.instance == left }.reduce(0) { $0 + $1.frame.bytes.count }
        < plain.filter { $0.instance == right }.reduce(0) { $0 + $1.frame.bytes.count }
    }
    guard let hot = most, bytes[hot] > 0 else { preconditionFailure("nothing was sent") }
    let frames = sent.filter { $0.instance == hot }.map(\.frame)
    let form = makeForm()
    let decoder = FrameDecoder(codec: codec)
    let pool = BatchPool()
    let late = LateRows()
    let schemaSent = sender.schemaSent
    let state = WindowOperator(
      window,
      aggregates,
      keyColumns: [0],
      input: schema,
      keyGroups: 128,
      operatorName: "hot",
      combined: form
    )
    return {
      for _ in 0..<4 {
        for frame in frames {
          guard
            let decoded = try? decoder.decode(
              frame.bytes,
              schema: { _, _ in schemaSent },
              pool: pool
            ), let batch = decoded.batch
          else { preconditionFailure("a frame of our own does not decode") }
          do throws(WeirError) {
            if combines {
              try state.merge(batch, watermark: .start)
            } else {
              try state.process(batch, watermark: .start, late: late)
            }
          } catch {
            preconditionFailure("\(error)")
          }
          pool.give(batch)
        }
      }
      return 4 * batches.reduce(0) { $0 + $1.count }
    }
  }
}
