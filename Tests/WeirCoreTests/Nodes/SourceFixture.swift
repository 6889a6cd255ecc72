import WeirColumns
import WeirCore
import WeirTesting

/// A source instance stepped by hand: its reads are answered by the test.
struct SourceFixture {
  static let schema = Schema([Field("n", .int), Field("t", .timestamp)], eventTime: 1)
  private(set) var node: InstanceNode
  private(set) var reads: [ReadRequest] = []
  /// Frames that were said, in words, but for the hello.
  private(set) var said: [String] = []
  private(set) var hasFinished = false
  /// How often partitions were looked for.
  private(set) var searches = 0
  private(set) var warnings: [String] = []
  /// What was told of the way back.
  private(set) var reached: [RecoveryStep] = []
  private var now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(microseconds: 0))

  init(
    partitions: Int,
    lag: Int64 = 0,
    idleAfter: Int64? = nil,
    rate: Double? = nil,
    processes: Int = 1,
    follow: Bool = false,
    flow: FlowBudget = FlowBudget()
  ) throws {
    var settings = BatchSettings()
    settings.rows = 10
    var builder = PlanBuilder(batch: settings)
    let source = builder.source(
      "s",
      Self.schema,
      lag: lag,
      idleAfter: idleAfter,
      rate: rate,
      processes: processes,
      follow: follow
    )
    builder.sink("out", from: [source])
    node = InstanceNode(
      InstanceID("s", 0),
      job: builder.plan(),
      partitions: (0..<partitions).map { PartitionID($0) },
      pool: BatchPool(),
      flow: flow
    )
    try goBack(Rewind(round: Round(1), generation: Generation(1)))
  }

  var moment: Moment { now }

  /// Goes back to a snapshot, or to the beginning, and on again.
  mutating func goBack(_ rewind: Rewind) throws {
    try step(.rewindOrdered(rewind))
    try step(.restored(rewind.round))
    try step(.started(rewind.round))
  }

  /// Goes on in another run from where so many rows had been read.
  mutating func resume(rowsRead: Int) throws {
    var snapshot = InstanceSnapshot(epoch: Epoch(1), incarnation: Incarnation(1))
    snapshot.counters = node.counters
    snapshot.rowsRead = rowsRead
    snapshot.partitions = [
      PartitionSnapshot(partition: PartitionID(0), position: nil, highest: nil, hasEnded: false)
    ]
    try goBack(
      Rewind(round: Round(2), snapshot: snapshot, generation: Generation(2), beginsPace: true)
    )
  }

  /// Gives all the credit there is.
  mutating func grant(_ bytes: UInt64 = 1 << 40) throws {
    var header = FrameHeader(.credit, ChannelID(0), Generation(UInt32(node.round.number)))
    header.allowance = bytes
    header.acknowledged = 1_000_000
    try step(.frameReceived(Frame(header)))
  }

  /// Lets so many milliseconds pass, and turns.
  mutating func turn(after milliseconds: Int64 = 0) throws {
    now.instant = now.instant.advanced(byNanoseconds: milliseconds * 1_000_000)
    now.wall.microseconds += milliseconds * 1000
    try step(.turned)
  }

  /// Answers the last read with rows of those times.
  mutating func answer(
    _ times: [Int64],
    _ next: SourceRows.Next = .more,
    warning: WeirError? = nil
  ) throws {
    guard case .partition(let partition)? = reads.last?.scope else {
      preconditionFailure("nothing was read")
    }
    let batch = Batch.of(Self.schema, times.map { [.int($0), .int($0)] })
    let rows = SourceRows(
      origin: .partition(partition),
      batch: batch,
      next: next,
      warning: warning
    )
    try step(.rowsRead(rows))
  }

  /// Answers a search.
  mutating func find(_ partitions: [Int]) throws {
    try step(.partitionsFound(partitions.map { PartitionID($0) }))
  }

  mutating func drain() throws { try step(.drainOrdered) }

  /// Turns, and says from which partition rows are wanted now; nil: from none.
  mutating func wanted(after milliseconds: Int64 = 0) throws -> Int? {
    let before = reads.count
    try turn(after: milliseconds)
    guard reads.count > before, case .partition(let partition)? = reads.last?.scope else {
      return nil
    }
    return partition.number
  }

  private mutating func step(_ event: InstanceEvent) throws {
    var effects: [InstanceEffect] = []
    try node.handle(event, at: now, into: &effects)
    for effect in effects {
      switch effect {
      case .send(let frame) where frame.header.kind != .hello:
        said.append(ChannelFixture.text(frame))
      case .read(let request): reads.append(request)
      case .findPartitions: searches += 1
      case .warn(let error): warnings.append(error.code)
      case .finished: hasFinished = true
      case .report(.reached(_, let step)): reached.append(step)
      case .send, .write, .restore, .laidOut, .beginState, .writeState, .finishState, .prepare,
        .commit,
        .recycle, .report:
        break
      }
    }
  }
}
