import WeirColumns
import WeirCore

// The protocols through which effects reach the world. Each has one real form at the edge and one in
// memory for tests. All belong to the thread of the actor that holds them.

/// Frames to and from the peers of an instance.
package protocol FrameGateway: AnyObject {
  /// Makes the socket on which this instance receives; returns where.
  func bind() throws(WeirError) -> String
  /// Connects to the peers that this instance sends to: those it is connected to where they still
  /// receive stay as they are, other connections are given up with what waits on them.
  func link(_ peers: [Peer]) throws(WeirError)
  /// Sends a frame; never waits. The frame's batch may be reused when it returns.
  func send(_ frame: Frame) throws(WeirError)
  /// Connects to more peers; connections to others stay as they are.
  func linkMore(_ peers: [Peer]) throws(WeirError)
  /// The next frame that has arrived.
  func receive() throws(WeirError) -> Frame?
  func close()
}

/// Messages between the coordinator and one instance, seen from the instance.
package protocol InstanceControlGateway: AnyObject {
  func send(_ message: InstanceMessage) throws(WeirError)
  func receive() throws(WeirError) -> CoordinatorMessage?
}

/// Messages between the coordinator and its processes, seen from the coordinator.
package protocol CoordinatorControlGateway: AnyObject {
  func send(_ message: CoordinatorMessage, to process: Incarnation) throws(WeirError)
  func receive() throws(WeirError) -> (Incarnation, InstanceMessage)?
  func close()
}

/// The outside that a source reads.
package protocol SourceGateway: AnyObject {
  /// Reads rows into a batch of its own or of the pool; nothing there is an answer too.
  ///
  /// What is parsed is noted by the guard before, and what it keeps from the parser is rejected.
  func read(_ request: ReadRequest, _ records: RecordGuard?) throws(WeirError) -> SourceRows
  /// Looks for partitions that have appeared since the last search, and opens them.
  ///
  /// Asked only of sources whose partitions can become more, and of those before the first read too.
  func findPartitions() throws(WeirError) -> [PartitionID]
  /// Goes on at positions that earlier reads gave, nil: at the beginning. Throws when what was read
  /// up to there is no longer what it was.
  ///
  /// What was found under numbers from `newFrom` on, and after the checkpoint, begins anew: the next
  /// search finds it.
  func seek(
    _ partitions: [RestoreRequest.Partition],
    newFrom: PartitionID
  ) throws(WeirError)
  /// Takes back a batch that was read.
  func recycle(_ batch: Batch)
  /// Bytes read so far, and in all where that is known.
  var progress: (read: Int64, total: Int64) { get }
}

/// The outside that a sink writes.
package protocol SinkGateway: AnyObject {
  /// Writes the rows of a batch that came along an edge; not visible yet.
  func write(_ batch: Batch, edge: EdgeIndex) throws(WeirError)
  /// Hands on what was gathered, so that a reader of standard output sees it soon.
  func flush() throws(WeirError)
  /// False once nobody reads what is written: from then on it is dropped.
  var hasReader: Bool { get }
  /// Makes everything written since the last time durable, under the name of the epoch, and not
  /// visible; without rows there may be nothing. When it throws, the rows go with the next epoch.
  /// `isLast`: the input has ended, and no row will come unless the sink is restored.
  func prepare(_ epoch: Epoch, isLast: Bool) throws(WeirError) -> [PreparedOutput]
  /// Makes prepared output visible, also that of another incarnation; what is visible already is
  /// left as it is.
  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) throws(WeirError)
  /// The sink has so many instances from now on.
  func laidOut(_ stage: RunLayout.Stage)
  /// Forgets everything that was written, and what was prepared after the epoch; keeps `outputs`.
  ///
  /// What became visible after the epoch is withdrawn, where that is possible and not what was asked
  /// for; returns what people should know of it. `isFinished`: no row came after the epoch.
  func restore(
    _ epoch: Epoch,
    keeping outputs: [PreparedOutput],
    isFinished: Bool
  ) throws(WeirError) -> WeirError?
}

/// The snapshots of a keyed operator's state.
package protocol StateGateway: AnyObject {
  /// Begins the file of an epoch, which builds on the one before it unless it is full; of tables that
  /// are not named nothing is needed any more.
  func begin(_ epoch: Epoch, live: [StateTable], isFull: Bool) throws(WeirError)
  func write(_ sections: [StateSection]) throws(WeirError)
  /// Makes the file durable; says what to write whole the next time.
  func finish() throws(WeirError) -> (StateReference, rewriting: [StateAddress])
  /// Begins to read what later snapshots build on, nil: nothing; or what other instances have written
  /// of key groups that are this one's now, on which none builds.
  func open(_ state: StateReference?, inheriting others: [StateReference]) throws(WeirError)
  /// The key groups of the instance are those of that layout from now on.
  func laidOut(_ stage: RunLayout.Stage)
  /// Some of the sections, in order; none at the end.
  func read() throws(WeirError) -> [StateSection]
}

/// What a run keeps in its state folder.
package protocol RecordGateway: AnyObject {
  /// Makes the numbers durable, in place of those before.
  func write(_ numbers: RunNumbers) throws(WeirError)
  /// Makes a checkpoint complete: the whole manifest is durable under its name, or there is none.
  func write(_ manifest: Manifest) throws(WeirError)
  /// Makes durable that a checkpoint is not one any more, and keeps its manifest for people to see.
  func setAside(_ epoch: Epoch) throws(WeirError)
  /// Makes the list of rows that are kept from their operators durable, in place of the one before.
  func write(_ quarantine: [QuarantinedRow]) throws(WeirError)
  /// Removes manifests, and then files of state; what cannot be removed stays.
  func delete(_ epochs: [Epoch], files: [String])
}

/// What processes were working on when they died.
package protocol MarkGateway: AnyObject {
  /// The mark of a process that has ended, which is then forgotten; nil: it worked on no rows.
  func take(_ process: Incarnation) -> WorkMark?
}

/// Latencies at a sink.
package protocol LatencyRecorder: AnyObject {
  /// Notes rows that arrived so many microseconds after the oldest of them was due or read.
  func record(microseconds: Int64, rows: Int)
  var summary: LatencySummary { get }
}

/// The processes of a run.
package protocol ProcessGateway: AnyObject {
  /// Starts a process for an instance; nil: one that is told later.
  func spawn(_ process: Incarnation, for instance: InstanceID?) throws(WeirError)
  /// Kills it; one that is gone already is no error.
  func kill(_ process: Incarnation)
  /// Processes that have ended since the last call.
  func ended() -> [(Incarnation, ProcessEnd)]
  /// Its number in the operating system, and when it was started; nil if it has ended.
  func identity(of process: Incarnation) -> (id: Int32, startedAt: WallTime)?
}

/// Commands of people who look at the run or steer it, seen from the coordinator.
package protocol ConsoleGateway: AnyObject {
  /// The next request, nil if none waits; what cannot be read is refused without asking.
  func receive() -> (ConsoleCaller, ConsoleRequest)?
  /// Answers a request, without waiting; a caller that has gone is no error.
  func send(_ reply: ConsoleReply, to caller: ConsoleCaller)
  func close()
}

/// One request of one command.
package struct ConsoleCaller: Hashable, Sendable {
  /// The name that the socket knows it by.
  package var peer: [UInt8]
  /// The command's own number of the request, which its answer carries.
  package var number: UInt64

  package init(peer: [UInt8], number: UInt64) {
    self.peer = peer
    self.number = number
  }
}

/// Signals that ask the run to stop.
package protocol SignalGateway: AnyObject {
  /// The next one, nil if none waits.
  func next() -> StopSignal?
}

/// Whoever watches a run: a terminal, a log.
package protocol RunView: AnyObject {
  func note(_ notice: RunNotice)
  /// Adds to a status what the notices have told.
  func complete(_ status: inout JobStatus)
}

/// What an instance costs: for reports, never for decisions.
package protocol UsageGateway: AnyObject {
  /// What this process has taken so far: processor time, and the most memory it had at once.
  func current() -> (cpuSeconds: Double, peakMemoryBytes: Int64)
}

/// Both clocks at once.
package protocol Clocks: AnyObject {
  func now() -> Moment
}

/// When an actor wants to be entered again.
package enum NextTurn: Hashable, Sendable {
  /// At once, after a look at the sockets: there is more work.
  case now
  /// At the latest at this point of the monotonic clock.
  case at(Instant)
  /// When something arrives.
  case whenReady
  /// Never: it has ended.
  case never
}
