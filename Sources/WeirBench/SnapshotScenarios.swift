import WeirColumns
import WeirCore
import WeirLZ4
import WeirWire

/// Snapshots of keyed windows: their bytes, what they cost the steps meanwhile, and restoring.
enum SnapshotScenarios {
  static let all = [
    Survey(name: "snapshot-bytes-1m") { bytes(keys: 1_000_000) },
    Survey(name: "snapshot-steps-1m") { steps(keys: 1_000_000) },
    Survey(name: "snapshot-steps-10m") { steps(keys: 10_000_000) },
    Survey(name: "snapshot-restore-1m") { restore(keys: 1_000_000) },
  ]

  private static let keyGroups = 128
  private static let sliceBytes = 256 << 10
  private static let codec = BlockCodec(
    compress: LZ4Block.compress,
    decompress: LZ4Block.decompress
  )
  private static let schema = Schema(
    [Field("key", .string), Field("amount", .decimal(scale: 2)), Field("at", .timestamp)],
    eventTime: 2
  )

  /// An operator that counts and sums by key over an hour, and what feeds it.
  private struct Subject {
    let state: WindowOperator
    private let late = LateRows()
    private let out: Batch
    private var random = BenchRandom()

    init() {
      state = Subject.make()
      out = Batch(state.output, capacity: 64)
    }

    static func make() -> WindowOperator {
      WindowOperator(
        WindowSpec(.tumbling(size: 3_600_000_000)),
        [
          AggregateSpec(.count, name: "rows"),
          AggregateSpec(.sum, argument: 1, argumentType: .decimal(scale: 2), name: "total"),
        ],
        keyColumns: [0],
        input: schema,
        keyGroups: keyGroups,
        operatorName: "subject"
      )
    }

    static func batch(_ keys: some Collection<Int>) -> Batch {
      let batch = Batch(schema, capacity: keys.count)
      for (row, key) in keys.enumerated() {
        batch.columns[0].append(text: "key\(10_000_000 + key)", at: row)
        batch.columns[1].append(word: Int64(key % 10_000), at: row)
        batch.columns[2].append(word: Int64(key % 1000), at: row)
      }
      batch.count = keys.count
      return batch
    }

    /// Each key once.
    func fill(_ keys: Int) {
      for start in stride(from: 0, to: keys, by: 8192) {
        add(Subject.batch(start..<min(start + 8192, keys)))
      }
    }

    mutating func randomBatch(_ rows: Int, of keys: Int) -> Batch {
      Subject.batch((0..<rows).map { _ in random.below(keys) })
    }

    func add(_ batch: Batch) {
      do throws(WeirError) {
        try state.process(batch, watermark: .start, late: late)
        while try state.emit(maximumRows: 64, into: out) != .none {}
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }

  /// A file in memory; nobody deletes earlier ones.
  private static func write(
    _ state: WindowOperator,
    _ writer: inout SnapshotWriter,
    _ epoch: UInt64,
    isFull: Bool
  ) -> (bytes: [UInt8], summary: SnapshotWriter.Summary) {
    var bytes: [UInt8] = []
    writer.begin(
      Epoch(epoch),
      file: "\(epoch)",
      live: state.liveTables,
      isFull: isFull,
      into: &bytes
    )
    state.mark(rewriting: writer.rewrites, isFull: isFull)
    var sections: [StateSection] = []
    var isDone = false
    while !isDone {
      sections.removeAll(keepingCapacity: true)
      isDone = state.writeSlice(maximumBytes: sliceBytes, into: &sections)
      for section in sections { writer.append(section, into: &bytes) }
    }
    let summary = writer.finish(into: &bytes)
    return (bytes, summary)
  }

  /// A full snapshot, and one after 1 % of the keys have changed.
  private static func bytes(keys: Int) -> [(String, Double)] {
    var subject = Subject()
    subject.fill(keys)
    var writer = SnapshotWriter(subject.state.description, keyGroups: keyGroups, codec: nil)
    let start = Survey.seconds()
    let full = write(subject.state, &writer, 1, isFull: true)
    let elapsed = Survey.seconds() - start
    subject.add(subject.randomBatch(keys / 200, of: keys))
    subject.add(subject.randomBatch(keys / 200, of: keys))
    let changed = write(subject.state, &writer, 2, isFull: false)
    var packed = SnapshotWriter(subject.state.description, keyGroups: keyGroups, codec: codec)
    let packing = Survey.seconds()
    let packedFull = write(subject.state, &packed, 1, isFull: true)
    let packed1 = Survey.seconds() - packing
    return [
      ("full_mb", Double(full.bytes.count) / 1e6),
      ("full_mb_per_second", Double(full.bytes.count) / 1e6 / elapsed),
      ("changed_mb", Double(changed.bytes.count) / 1e6),
      ("changed_share", Double(changed.bytes.count) / Double(full.bytes.count)),
      ("lz4_mb", Double(packedFull.bytes.count) / 1e6),
      ("lz4_seconds", packed1),
    ]
  }

  /// Steps of 8,192 random rows, without a snapshot and while one is written a slice a turn.
  private static func steps(keys: Int) -> [(String, Double)] {
    var subject = Subject()
    subject.fill(keys)
    let batches = (0..<200).map { _ in subject.randomBatch(8192, of: keys) }
    var calm: [Double] = []
    for batch in batches { calm.append(milliseconds { subject.add(batch) }) }
    let memory = subject.state.stateBytes
    var busy: [Double] = []
    var slices: [Double] = []
    var most = memory
    let mark = milliseconds { subject.state.mark(rewriting: [], isFull: true) }
    var sections: [StateSection] = []
    var isDone = false
    var turn = 0
    while !isDone {
      busy.append(milliseconds { subject.add(batches[turn % batches.count]) })
      most = max(most, subject.state.stateBytes)
      sections.removeAll(keepingCapacity: true)
      slices.append(
        milliseconds {
          isDone = subject.state.writeSlice(maximumBytes: sliceBytes, into: &sections)
        }
      )
      turn += 1
    }
    return [
      ("turns", Double(turn)), ("mark_ms", mark), ("calm_p50_ms", Survey.percentile(calm, 50)),
      ("calm_p99_ms", Survey.percentile(calm, 99)), ("step_p50_ms", Survey.percentile(busy, 50)),
      ("step_p99_ms", Survey.percentile(busy, 99)), ("slice_p99_ms", Survey.percentile(slices, 99)),
      ("memory_ratio", Double(most) / Double(memory)), ("memory_mb", Double(memory) / 1e6),
    ]
  }

  private static func milliseconds(_ body: () -> Void) -> Double {
    let start = Survey.seconds()
    body()
    return (Survey.seconds() - start) * 1000
  }

  /// From the bytes of a file to an operator that takes rows.
  private static func restore(keys: Int) -> [(String, Double)] {
    let subject = Subject()
    subject.fill(keys)
    var writer = SnapshotWriter(subject.state.description, keyGroups: keyGroups, codec: codec)
    let (bytes, summary) = write(subject.state, &writer, 1, isFull: true)
    let directory = writer.directory
    var rates: [Double] = []
    var decoded = 0
    for _ in 0..<5 {
      decoded = 0
      let state = Subject.make()
      let reader = SectionReader(state.description, codec: codec)
      let start = Survey.seconds()
      do {
        for entry in directory.entries {
          for piece in entry.pieces {
            let section = try bytes.withUnsafeBytes { raw in
              let range = piece.offset..<piece.offset + piece.length
              return try reader.section(
                UnsafeRawBufferPointer(rebasing: raw[range]),
                piece,
                of: entry.address,
                file: summary.file
              )
            }
            decoded += section.bytes.count
            try state.restore(section)
          }
        }
        try state.finishRestore()
      } catch {
        preconditionFailure("\(error)")
      }
      rates.append(Double(decoded) / 1e6 / (Survey.seconds() - start))
    }
    return [
      ("state_mb", Double(decoded) / 1e6), ("file_mb", Double(bytes.count) / 1e6),
      ("mb_per_second", Survey.percentile(rates, 50)),
    ]
  }
}
