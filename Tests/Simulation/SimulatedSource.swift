import WeirColumns
import WeirCore
import WeirTesting

/// What a partition holds.
enum SimulatedRecord {
  case row([Value])
  /// A record that is no row.
  case bad(String)
  /// Nothing more before that time, in nanoseconds.
  case nothingUntil(Int64)
}

/// A source whose partitions are lists in memory.
struct SimulatedSource {
  /// What became of a read, for the coverage.
  struct Answer {
    var rows: SourceRows
    var isEmpty: Bool
    var isWaiting: Bool
  }

  private var partitions: [PartitionID: [SimulatedRecord]]
  private var positions: [PartitionID: Int] = [:]
  /// All records in the order of their numbers, if the partitions are read in turn.
  private let interleaved: [SimulatedRecord]?
  private var position = 0
  private let schema: Schema
  private let pool = BatchPool()
  private var random: SeededRandom

  init(
    _ schema: Schema,
    partitions: [PartitionID: [SimulatedRecord]],
    isInterleaved: Bool,
    random: SeededRandom
  ) {
    self.schema = schema
    self.partitions = partitions
    self.random = random
    interleaved = isInterleaved ? Self.interleaved(partitions) : nil
  }

  private static func interleaved(
    _ partitions: [PartitionID: [SimulatedRecord]]
  ) -> [SimulatedRecord] {
    let lists = partitions.sorted { $0.key < $1.key }.map(\.value)
    let most = lists.map(\.count).max() ?? 0
    return (0..<most).flatMap { row in lists.compactMap { row < $0.count ? $0[row] : nil } }
  }

  func recycle(_ batch: Batch) { pool.give(batch) }

  /// Goes on where a checkpoint says.
  mutating func seek(_ places: [RestoreRequest.Partition]) {
    position = places.first?.position.flatMap { Int($0.text) } ?? 0
    for place in places {
      positions[place.partition] = place.position.flatMap { Int($0.text) } ?? 0
    }
  }

  /// Reads the next rows of all partitions, as `GenerateSource` does.
  private mutating func readInTurn(_ rows: [SimulatedRecord], _ request: ReadRequest) -> Answer {
    guard case .all = request.scope else { preconditionFailure("one partition for \(request)") }
    let batch = pool.take(schema, rows: request.maximumRows)
    let count = min(random.integer(0...request.maximumRows), rows.count - position)
    let read = rows[position..<position + count].compactMap { record in
      if case .row(let row) = record { row } else { nil }
    }
    let ids = partitions.keys.sorted()
    let first = position % ids.count
    position += count
    batch.append(read)
    var fingerprints = [UInt64](repeating: 0, count: ids.count)
    for row in position - count..<position {
      let place = row % ids.count
      fingerprints[place] &+= Self.fingerprint(ids[place], row / ids.count)
    }
    return Answer(
      rows: SourceRows(
        origin: .interleaved(ids, first: first),
        batch: batch,
        next: position == rows.count && random.chance(50) ? .ended : .more,
        position: SourcePosition("\(position)"),
        fingerprints: fingerprints
      ),
      isEmpty: read.isEmpty,
      isWaiting: false
    )
  }

  /// Reads some rows, perhaps none though there are more; the end may come with the last rows or
  /// after them.
  ///
  /// The bytes of a record are its name, such as `1:17`.
  mutating func read(_ request: ReadRequest, _ guarding: RecordGuard?, at now: Int64) -> Answer {
    if let interleaved { return readInTurn(interleaved, request) }
    guard case .partition(let id) = request.scope, let records = partitions[id] else {
      preconditionFailure("no partition for \(request)")
    }
    let batch = pool.take(schema, rows: request.maximumRows)
    var position = positions[id] ?? 0
    var rows: [[Value]] = []
    var rejected: [RejectedRecord] = []
    var isWaiting = false
    let start = position
    let most = random.integer(0...request.maximumRows)
    reading: while position < records.count, rows.count + rejected.count < most {
      if case .nothingUntil = records[position] {
      } else if let guarding {
        let place = RecordPlace(offset: UInt64(position), text: "\(id.number):\(position)")
        if let poison = Self.parse(place, done: rows.count + rejected.count, request, guarding) {
          rejected.append(
            RejectedRecord(
              partition: id,
              place: place.text,
              reason: poison,
              raw: Array(place.text.utf8),
              isPoison: true
            )
          )
          position += 1
          continue
        }
      }
      switch records[position] {
      case .row(let row): rows.append(row)
      case .bad(let raw):
        rejected.append(
          RejectedRecord(
            partition: id,
            place: "\(id.number):\(position)",
            reason: "no row",
            raw: Array(raw.utf8)
          )
        )
      case .nothingUntil(let time) where time > now:
        isWaiting = true
        break reading
      case .nothingUntil: break
      }
      position += 1
    }
    positions[id] = position
    batch.append(rows)
    var next = SourceRows.Next.more
    if isWaiting { next = .waiting }
    if position == records.count, random.chance(50) { next = .ended }
    return Answer(
      rows: SourceRows(
        origin: .partition(id),
        batch: batch,
        rejected: rejected,
        next: next,
        position: SourcePosition("\(position)"),
        fingerprints: [Self.fingerprint(of: records, id, start..<position)]
      ),
      isEmpty: rows.isEmpty,
      isWaiting: isWaiting
    )
  }
}

// MARK: Fingerprints

extension SimulatedSource {
  /// Of a record, by where it lies.
  private static func fingerprint(_ partition: PartitionID, _ place: Int) -> UInt64 {
    var random = SeededRandom(seed: UInt64(partition.number) << 32 | UInt64(place))
    return random.next()
  }

  /// Of records of a partition; what only says that time passes is none.
  private static func fingerprint(
    of records: [SimulatedRecord],
    _ partition: PartitionID,
    _ places: Range<Int>
  ) -> UInt64 {
    places.reduce(0) { sum, place in
      if case .nothingUntil = records[place] { return sum }
      return sum &+ fingerprint(partition, place)
    }
  }

  /// Of a partition that was read again, up to a position: its own, or with `ids` that among those
  /// that were read in turn.
  static func fingerprint(
    of records: [SimulatedRecord],
    _ partition: PartitionID,
    upTo end: Int,
    among ids: [PartitionID]?
  ) -> UInt64 {
    guard let ids, let place = ids.firstIndex(of: partition) else {
      return fingerprint(of: records, partition, 0..<end)
    }
    let count = end > place ? (end - place - 1) / ids.count + 1 : 0
    return fingerprint(of: records, partition, 0..<count)
  }
}

extension SimulatedSource {
  /// Parses a record, as carefully as the guard says; why it is kept from the parser, if it is.
  private static func parse(
    _ place: RecordPlace,
    done: Int,
    _ request: ReadRequest,
    _ guarding: RecordGuard
  ) -> String? {
    // Who hashes may look a little further.
    let bytes = Array(place.text.utf8) + [UInt8](repeating: 0, count: 16)
    return bytes.withUnsafeBytes { raw in
      let record = UnsafeRawBufferPointer(rebasing: raw[..<place.text.utf8.count])
      if let reason = guarding.reason(record, at: place.offset) { return reason }
      guard guarding.takesOne else {
        guarding.begin(done: done, most: request.maximumRows)
        guarding.end(record)
        return nil
      }
      guarding.begin(record, at: place, done: done)
      guarding.end()
      return nil
    }
  }
}

extension SourceConnector {
  /// True if its partitions are read in turn.
  var isGenerated: Bool { if case .generate = self { true } else { false } }
}
