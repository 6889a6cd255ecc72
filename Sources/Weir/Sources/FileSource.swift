import Glibc
import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// Files as partitions: each is read in blocks, and parsed by schema straight into columns.
final class FileSource: SourceGateway {
  private let plan: FileSourcePlan
  private let schema: Schema
  private let fingerprint: UInt64
  private let rows: Int
  private let pool = BatchPool()
  private var partitions: [PartitionID: FilePartition] = [:]
  private(set) var progress: (read: Int64, total: Int64) = (0, 0)

  /// Opens the files of the partitions that this instance reads.
  init(
    _ plan: FileSourcePlan,
    source: SourcePlan,
    output: Schema,
    paths: [(PartitionID, String)],
    rows: Int
  ) throws(WeirError) {
    self.plan = plan
    self.rows = rows
    schema = output
    fingerprint = output.fingerprint
    for (partition, path) in paths {
      let opened = try FilePartition(path, plan, source)
      partitions[partition] = opened
      progress.total += try opened.size()
    }
  }

  func read(_ request: ReadRequest) throws(WeirError) -> SourceRows {
    guard case .partition(let id) = request.scope, let partition = partitions[id] else {
      preconditionFailure("no partition for \(request)")
    }
    let batch = pool.take(schema, fingerprint: fingerprint, rows: rows)
    let before = partition.position
    var rejected: [WeirCore.RejectedRecord] = []
    let hasEnded = try partition.read(
      into: batch,
      maximumRows: request.maximumRows,
      id,
      &rejected
    )
    progress.read += partition.position - before
    let next: SourceRows.Next =
      if !hasEnded {
        .more
      } else if plan.follow {
        .waiting
      } else {
        .ended
      }
    return SourceRows(origin: .partition(id), batch: batch, rejected: rejected, next: next)
  }

  // Only a run without checkpoints reads this way, and it begins once, at the beginning.
  func seek(_ partitions: [RestoreRequest.Partition]) {}

  func recycle(_ batch: Batch) { pool.give(batch, fingerprint: fingerprint) }
}
