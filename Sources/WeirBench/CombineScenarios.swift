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

  /// Bytes on their way to an instance.
  private struct Sent {
    var instance: Int
    var isCombined: Bool
    var frame: EncodedFrame
  }

  /// The sender: deals rows out, after adding them up if it does, and makes frames.
  private final class Sender {
    private let form = makeForm()
    private let combiner: Combiner?
    private let table = KeyGroupTable(keyGroups: 128, instances: instances)
    private let scratch = PartitionScratch()
    private let all = SelectionBuffer(capacity: HarborRows.rowsPerBatch)
    private let encoder = FrameEncoder(codec: codec, policy: .lz4)
    private let rows: [Batch]
    private let partials: [Batch]
    private var frames: [Sent] = []

    init(combines: Bool) {
      combiner =
        combines ? Combiner(form, .auto, window, aggregates, keyColumns: [0]) : nil
      rows = (0..<instances).map { _ in Batch(schema, capacity: HarborRows.rowsPerBatch) }
      partials = (0..<instances).map { [form] _ in Batch(form.schema, capacity: 64) }
    }

    /// The frames of the batches.
    func send(_ batches: [Batch]) -> [Sent] {
      frames.removeAll(keepingCapacity: true)
      for (number, batch) in batches.enumerated() {
        if let combiner {
          let left = combiner.combine(batch, all.all(batch.count), reach: .leastSaid)
          guard let left else { preconditionFailure("rows of a hot key are not added up") }
          deal(batch, left, to: rows)
          deal(combiner.partials, all.all(combiner.partials.count), to: partials)
        } else {
          deal(batch, all.all(batch.count), to: rows)
        }
        guard (number + 1) % batchesOfFrame == 0 else { continue }
        for instance in 0..<instances {
          cut(rows[instance], instance)
          cut(partials[instance], instance)
        }
      }
      return frames
    }

    private func deal(_ batch: Batch, _ selected: Selection, to builders: [Batch]) {
      let parts = scratch.partition(batch, selected, key: [0], table: table)
      for (instance, part) in parts.enumerated() {
        let builder = builders[instance]
        var left = part
        while left.count > 0 {
          var some = left
          some.count = min(left.count, HarborRows.rowsPerBatch - builder.count)
          builder.append(batch, some)
          left.indices += some.count
          left.count -= some.count
          if builder.count == HarborRows.rowsPerBatch { cut(builder, instance) }
        }
      }
    }

    private func cut(_ batch: Batch, _ instance: Int) {
      guard batch.count > 0 else { return }
      var header = FrameHeader(.batch, ChannelID(UInt32(instance)), Generation(1))
      header.schema = batch.schema.fingerprint
      header.rows = batch.count
      header.footprint = batch.footprint
      let frame = encoder.encode(Frame(header, batch: batch))
      let isCombined = header.schema != schema.fingerprint
      frames.append(Sent(instance: instance, isCombined: isCombined, frame: frame))
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
    let plain = Sender(combines: false).send(batches)
    func bytes(to instance: Int) -> Int {
      plain.filter { $0.instance == instance }.reduce(0) { $0 + $1.frame.bytes.count }
    }
    guard let hot = (0..<instances).max(by: { bytes(to: $0) < bytes(to: $1) }) else {
      preconditionFailure("no instances")
    }
    let sent = combines ? Sender(combines: true).send(batches) : plain
    let frames = sent.filter { $0.instance == hot }
    let form = makeForm()
    let decoder = FrameDecoder(codec: codec)
    let pool = BatchPool()
    let late = LateRows()
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
        for sent in frames {
          let decoded = try? decoder.decode(
            sent.frame.bytes,
            schema: { _, _ in sent.isCombined ? form.schema : schema },
            pool: pool
          )
          guard let batch = decoded?.batch else {
            preconditionFailure("a frame of our own does not decode")
          }
          do throws(WeirError) {
            if sent.isCombined {
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
