/// Every bound of the nodes, with its unit; an error that a bound causes names it.
package enum Limits {
  /// Rows of a batch unless the topology says otherwise.
  package static let batchRows = 8192
  /// The most rows that `batch.rows` may ask for: selections index rows by 16 bits.
  package static let largestBatchRows = 65_536
  /// A builder is cut when its rows take more bytes than this, and so many are read at a time.
  package static let batchBytes = 256 << 10
  /// Likewise of a keyed operator's results: a firing makes many at once, and what held them lies idle
  /// until the next.
  package static let resultBytes = 128 << 10
  /// Bytes that the rows of one frame may take in memory, and so the longest row there can be.
  package static let frameBytes = 64 << 20
  /// Rows are appended to builders by their average length up to so many bytes at a time, and one by
  /// one beyond: however uneven they are, a frame stays within its limit.
  static let unevenBytes = 8 << 20
  /// How long a builder waits for more rows, in nanoseconds, unless the topology says otherwise.
  package static let lingerNanoseconds: Int64 = 5_000_000
  /// Bytes that an instance may hold in its input queues, dealt among its channels.
  package static let inputBytes = 16 << 20
  /// Bytes that an instance may hold in its output queues, dealt among its channels.
  package static let outputBytes = 4 << 20
  /// The most of it that one channel may hold: a batch takes up to 2.4 times the bytes of its rows.
  package static let channelOutputBytes = 256 << 10
  /// Likewise of the input queues: more than a frame of wide rows, so that a second one is on its way.
  package static let channelInputBytes = 320 << 10
  /// The least credit of a channel: one frame.
  package static let leastCredit = 64 << 10
  /// The credit of a channel before its drain was measured.
  package static let firstCredit = 1 << 20
  /// A receiver grants at most what it drains in this time.
  package static let creditNanoseconds: Int64 = 10_000_000
  /// Over how long a drain rate is measured.
  package static let drainWindowNanoseconds: Int64 = 100_000_000
  /// Rows that a firing emits in one step.
  package static let emittedRows = 1024
  /// How often an instance reports its progress, in nanoseconds.
  package static let progressNanoseconds: Int64 = 500_000_000
  /// How often it does while no rows come and time does not go on: a report wakes four threads.
  package static let quietProgressNanoseconds: Int64 = 2_000_000_000
  /// How soon a source looks again at a partition without data, in nanoseconds; doubles up to
  /// `longestPollNanoseconds` while there is none.
  package static let shortestPollNanoseconds: Int64 = 5_000_000
  package static let longestPollNanoseconds: Int64 = 200_000_000
  /// How long an idle instance lets rows gather at least, in nanoseconds: frames more often than this
  /// cost more processor than they save time.
  package static let shortestRestNanoseconds: Int64 = 400_000
  /// The most time between two reads of a source with a rate, in nanoseconds.
  package static let longestPaceNanoseconds: Int64 = 2_000_000
  /// How often a source that follows its files looks for new ones, in nanoseconds.
  package static let searchNanoseconds: Int64 = 1_000_000_000
  /// A followed file that has no matching name any more is given up after so many searches in a row
  /// between which it did not grow: whoever writes it may have it open still.
  package static let searchesWithoutName = 5
  /// Bytes of state that a snapshot writes in one turn.
  package static let sliceBytes = 256 << 10
  /// Rows whose fingerprints an instance notes before it works on them: what a page holds.
  package static let markedRows = 500
  /// Different rows that a run keeps from its operators because they kill them.
  package static let quarantinedRows = 1000
  /// Numbers of generations, and of incarnations, that a coordinator takes at once.
  package static let numbersTaken: UInt32 = 1024
  /// Recoveries whose times a coordinator keeps, besides those that go on.
  package static let recoveriesKept = 8
  /// Processes of a stage.
  package static let processes = 1024
  /// Key groups unless the topology says otherwise, and the most it may ask for.
  package static let keyGroups = 128
  package static let largestKeyGroups = 32_768
  /// Requests of commands that the coordinator answers before it looks at its instances again.
  package static let consoleRequests = 16
  /// Commands that may wait for the end of a run.
  package static let consoleWaiters = 256
  /// Things that went wrong that a status still tells of.
  package static let keptIncidents = 20
  /// Keys that an instance of a keyed operator counts: counts are right up to one in so many rows.
  package static let hotKeyCounters = 128
  /// One row in so many is counted.
  package static let hotKeySampling = 32
  /// After so long a counted row weighs half, in nanoseconds.
  package static let hotKeyHalfLifeNanoseconds: Int64 = 10_000_000_000
  /// The hottest keys that are told of an operator.
  package static let hotKeysTold = 8
  /// A key with a lesser share of the rows is not hot.
  package static let hotKeyLeastShare = 0.01
  /// Bytes of a text in a key that are shown.
  package static let hotKeyTextBytes = 64
}
