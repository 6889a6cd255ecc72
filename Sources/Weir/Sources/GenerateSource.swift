import WeirColumns
import WeirCore
import WeirPOSIX
import WeirRuntime

/// Rows made from their numbers: no outside at all, but the same contract as one.
final class GenerateSource: SourceGateway {
  private let generator: RowGenerator
  private let share: RowShare
  private let schema: Schema
  private let rows: Int
  private let pool = BatchPool()
  private var position = 0
  /// Rows of this share in all; nil: for ever.
  private let total: Int?

  /// Makes the rows of the partitions that this instance owns.
  init(
    _ plan: GeneratePlan,
    source: SourcePlan,
    output: Schema,
    partitions: [PartitionID],
    rows: Int,
    startedAt: WallTime
  ) {
    generator = RowGenerator(plan, columns: source.needed, startedAt: startedAt)
    let share = RowShare(partitions)
    self.share = share
    schema = output
    self.rows = rows
    total = plan.rows.map { share.count(below: $0) }
  }

  /// Rows instead of bytes: a generator has none.
  var progress: (read: Int64, total: Int64) { (Int64(position), Int64(total ?? 0)) }

  func read(_ request: ReadRequest, _ records: RecordGuard?) throws(WeirError) -> SourceRows {
    guard case .all = request.scope else {
      preconditionFailure("generated rows come in order, not by \(request)")
    }
    let batch = pool.take(schema, rows: rows)
    let count = min(request.maximumRows, (total ?? .max) - position)
    generator.fill(batch, share, from: position, count: count)
    let first = position % share.partitions.count
    let fingerprints = share.fingerprints(position..<position + count)
    position += count
    return SourceRows(
      origin: .interleaved(share.partitions, first: first),
      batch: batch,
      next: position == total ? .ended : .more,
      position: SourcePosition("\(position)"),
      fingerprints: fingerprints
    )
  }

  func seek(
    _ partitions: [RestoreRequest.Partition],
    newFrom: PartitionID
  ) throws(WeirError) {
    guard let known = partitions.first?.position else {
      position = 0
      return
    }
    guard let number = Int(known.text), number >= 0, number <= total ?? .max else {
      throw WeirError(
        "E418",
        "going on at row '\(known.text)' of generated rows",
        detail: total.map { "this process makes \($0) rows" } ?? "it is no number of a row",
        blame: .weir
      )
    }
    position = number
  }

  /// None: a generator's partitions are those it was made with.
  func findPartitions() -> [PartitionID] { [] }

  func recycle(_ batch: Batch) { pool.give(batch) }
}
