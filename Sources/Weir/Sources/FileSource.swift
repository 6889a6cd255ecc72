import Glibc
import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// Files as partitions: each is read in blocks, and parsed by schema straight into columns.
///
/// Files that are read once are those that the coordinator has listed. A source that follows its
/// files finds them itself, at the start and later on, in every process: a file belongs to the
/// process that its identity says, whatever its name, so that each is taken by exactly one and one
/// that is renamed stays where it is. It is never read twice as long as it is open here, for no
/// other file can get its inode meanwhile.
final class FileSource: SourceGateway {
  private let plan: FileSourcePlan
  private let source: SourcePlan
  private let share: FileShare
  private let schema: Schema
  private let rows: Int
  private let pool = BatchPool()
  private var partitions: [PartitionID: FilePartition] = [:]
  /// The partitions that are open, in the order in which they were found.
  private var open: [PartitionID] = []
  /// How many files this process has found itself.
  private var found = 0
  private(set) var progress: (read: Int64, total: Int64) = (0, 0)

  /// Opens the files that were listed for this instance; none if it has to find them itself.
  init(
    _ plan: FileSourcePlan,
    source: SourcePlan,
    share: FileShare,
    output: Schema,
    paths: [(PartitionID, String)],
    rows: Int
  ) throws(WeirError) {
    self.plan = plan
    self.source = source
    self.share = share
    self.rows = rows
    schema = output
    for (partition, path) in paths {
      try add(FilePartition(path, plan, source), as: partition)
    }
  }

  private func add(_ opened: FilePartition, as id: PartitionID) throws(WeirError) {
    progress.total += try opened.size()
    partitions[id] = opened
    open.append(id)
  }

  // MARK: Reading

  func read(_ request: ReadRequest) throws(WeirError) -> SourceRows {
    guard case .partition(let id) = request.scope, let partition = partitions[id] else {
      preconditionFailure("no partition for \(request)")
    }
    let batch = pool.take(schema, rows: rows)
    let before = partition.position
    var rejected: [WeirCore.RejectedRecord] = []
    func read() throws(WeirError) -> Bool {
      try partition.read(into: batch, maximumRows: request.maximumRows, id, &rejected)
    }
    var isAtEnd = try read()
    if isAtEnd, partition.isLost {
      // What stands behind the last line break is the last record: nobody will finish it.
      partition.stopFollowing()
      isAtEnd = try read()
    }
    progress.read += partition.position - before
    var rows = SourceRows(origin: .partition(id), batch: batch, rejected: rejected)
    guard isAtEnd else { return rows }
    rows.next = partition.follows ? .waiting : .ended
    if plan.follow, rows.next == .ended {
      rows.warning = Self.lost(partition)
      partitions[id] = nil
      open.removeAll { $0 == id }
    }
    return rows
  }

  // Only a run without checkpoints reads this way, and it begins once, at the beginning.
  func seek(_ partitions: [RestoreRequest.Partition]) {}

  func recycle(_ batch: Batch) { pool.give(batch) }

  private static func lost(_ partition: FilePartition) -> WeirError {
    WeirError(
      "E417",
      "'\(partition.path)' has gone and is no longer followed",
      detail: "\(partition.position) bytes of it were read, which is all it had",
      hint: "remove or rename files only when nobody writes to them any more"
    )
  }

  // MARK: Finding files

  /// Looks at all files that match the pattern now, and opens those of this process that are new.
  func findPartitions() throws(WeirError) -> [PartitionID] {
    var names: [FileIdentity: String] = [:]
    var known: [FileIdentity: String] = [:]
    for id in open { if let file = partitions[id] { known[file.identity] = file.path } }
    var new: [PartitionID] = []
    for path in try Glob(plan.path).paths() {
      // A file can vanish while we look.
      guard let identity = try FileReader.identity(of: path), share.owns(identity) else { continue }
      if let last = known[identity] {
        // Of several names of one file the one it had is kept.
        if names[identity] == nil || path == last { names[identity] = path }
      } else if let opened = try openNew(path, known) {
        let id = share.partition(found)
        found += 1
        try add(opened, as: id)
        known[opened.identity] = path
        names[opened.identity] = path
        new.append(id)
      }
    }
    for id in open {
      guard let partition = partitions[id] else { continue }
      partition.noteSearch(name: names[partition.identity])
    }
    return new
  }

  /// Opens a file that was new a moment ago; nil if its name leads elsewhere by now.
  private func openNew(
    _ path: String,
    _ known: [FileIdentity: String]
  ) throws(WeirError) -> FilePartition? {
    let opened: FilePartition
    do throws(WeirError) {
      opened = try FilePartition(path, plan, source)
    } catch {
      if try FileReader.identity(of: path) == nil { return nil }
      throw error
    }
    // The next search finds it, in the process that it belongs to.
    guard share.owns(opened.identity), known[opened.identity] == nil else { return nil }
    return opened
  }
}

/// Which of the files that a source follows belong to one of its processes.
struct FileShare: Hashable, Sendable {
  let process: Int
  let processes: Int

  /// Whether the process reads that file: exactly one does, whatever the name of the file.
  ///
  /// Inodes are often given out in turn, and so are files that were made one after the other.
  func owns(_ identity: FileIdentity) -> Bool {
    Int((identity.inode &+ identity.device) % UInt64(processes)) == process
  }

  /// The number of the nth file that the process has found, which no other partition has.
  ///
  /// Partition p belongs to process p mod `processes`, as where the coordinator lists the files.
  func partition(_ n: Int) -> PartitionID { PartitionID(process + n * processes) }
}
