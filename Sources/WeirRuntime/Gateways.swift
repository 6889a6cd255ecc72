import WeirColumns
import WeirCore

// The protocols through which effects reach the world. Each has one real form at the edge and one in
// memory for tests. All belong to the thread of the actor that holds them.

/// Frames to and from the peers of an instance.
package protocol FrameGateway: AnyObject {
  /// Makes the socket on which this instance receives; returns where.
  func bind() throws(WeirError) -> String
  /// Connects to the peers that this instance sends to.
  func link(_ peers: [Peer]) throws(WeirError)
  /// Sends a frame; never waits. The frame's batch may be reused when it returns.
  func send(_ frame: Frame) throws(WeirError)
  /// The next frame that has arrived.
  func receive() throws(WeirError) -> Frame?
  func close()
}

/// Messages between the coordinator and one instance, seen from the instance.
package protocol InstanceControlGateway: AnyObject {
  func send(_ message: InstanceMessage) throws(WeirError)
  func receive() throws(WeirError) -> CoordinatorMessage?
}

/// Messages between the coordinator and its instances, seen from the coordinator.
package protocol CoordinatorControlGateway: AnyObject {
  func send(_ message: CoordinatorMessage, to instance: InstanceID) throws(WeirError)
  func receive() throws(WeirError) -> (InstanceID, InstanceMessage)?
  func close()
}

/// The outside that a source reads.
package protocol SourceGateway: AnyObject {
  /// Reads rows into a batch of its own or of the pool; nothing there is an answer too.
  func read(_ request: ReadRequest) throws(WeirError) -> SourceRows
  /// Looks for partitions that have appeared since the last search, and opens them.
  ///
  /// Asked only of sources whose partitions can become more, and of those before the first read too.
  func findPartitions() throws(WeirError) -> [PartitionID]
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
  /// Makes everything written visible.
  func publish() throws(WeirError)
}

/// Latencies at a sink.
package protocol LatencyRecorder: AnyObject {
  /// Notes rows that arrived so many microseconds after the oldest of them was due or read.
  func record(microseconds: Int64, rows: Int)
  var summary: LatencySummary { get }
}

/// The processes of a run.
package protocol ProcessGateway: AnyObject {
  func spawn(_ instance: InstanceID) throws(WeirError)
  /// Kills it; one that is gone already is no error.
  func kill(_ instance: InstanceID)
  /// Processes that have ended since the last call.
  func ended() -> [(InstanceID, ProcessEnd)]
}

/// Signals that ask the run to stop.
package protocol SignalGateway: AnyObject {
  /// The next one, nil if none waits.
  func next() -> StopSignal?
}

/// Whoever watches a run: a terminal, a log.
package protocol RunView: AnyObject {
  func note(_ notice: RunNotice)
}

/// What an instance costs: for reports, never for decisions.
package protocol UsageGateway: AnyObject {
  var cpuSeconds: Double { get }
  var peakMemoryBytes: Int64 { get }
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
