/// What an instance tells the coordinator.
package enum InstanceMessage: Hashable, Sendable, Codable {
  /// The first message of a process: which version it speaks.
  case hello(version: Int)
  /// It receives frames at this endpoint.
  case bound(endpoint: String)
  /// It has restored what the rewind of that round named, and waits for `go`.
  case rewound(Round)
  /// The state that the rewind of that round named is damaged; it waits to be told another place.
  case stateUnusable(Round, WeirError)
  /// It has come so far since that rewind: for reports, never for decisions.
  case reached(Round, RecoveryStep)
  /// A peer cannot be reached; it goes on and waits to be rewound.
  case lost(WeirError)
  /// Its part of the epoch is durable.
  case snapshotted(InstanceSnapshot)
  /// Its part of the epoch could not be made durable, at that step.
  case snapshotFailed(Epoch, CheckpointStep, WeirError)
  /// What it had prepared up to the epoch is visible.
  case committed(Epoch)
  case progress(InstanceProgress)
  /// It has done all it had to do, and stays until told to leave.
  case finished(InstanceProgress)
  /// It cannot go on, and exits.
  case failed(WeirError)
  /// A sink whose reader has gone: it goes on, and drops what it is to write.
  case readerGone
  /// It goes on, but people should know.
  case warned(WeirError)
  /// Which epoch it works on, and how far it is.
  case pong(UInt64, EpochProgress?)

  /// The version of control messages: another one with every change of their kinds or fields.
  ///
  /// Coordinator and instances are one program, so no version has to understand another. The number is
  /// for processes of two programs that meet after all, such as in a folder that two machines share:
  /// the first message then says so (E403), before one that is misunderstood does harm.
  package static let version = 6
}

/// The steps of an instance within a checkpoint.
package enum CheckpointStep: String, Hashable, Sendable, Codable, CaseIterable {
  /// No barrier has arrived yet.
  case barrier
  /// Some inputs have delivered their barrier and are held back.
  case alignment
  /// The state is being written.
  case write
  /// The output is being made durable.
  case prepare
  /// It has reported.
  case reported
}

/// How far an instance is with the epoch it works on.
package struct EpochProgress: Hashable, Sendable, Codable {
  package var epoch: Epoch
  package var step: CheckpointStep

  package init(epoch: Epoch, step: CheckpointStep) {
    self.epoch = epoch
    self.step = step
  }
}

/// How far an instance is, and what it cost: numbers since its start.
package struct InstanceProgress: Hashable, Sendable, Codable {
  /// What became of rows, by stage of the plan: an instance also counts for work pushed up to it.
  package var counters: [StageCounters] = []
  package var watermark = Watermark.start
  /// Nanoseconds at work, waiting for credit, and waiting for input.
  package var busyNanoseconds: Int64 = 0
  package var backpressuredNanoseconds: Int64 = 0
  package var idleNanoseconds: Int64 = 0
  package var cpuSeconds: Double = 0
  package var peakMemoryBytes: Int64 = 0
  /// Bytes that wait in its input queues.
  package var queuedBytes: Int64 = 0
  /// Bytes read so far and in all, for bounded sources: the progress bar.
  package var readBytes: Int64 = 0
  package var totalBytes: Int64 = 0
  /// Frames and credits of older generations that were dropped.
  package var staleFrames: UInt64 = 0
  /// The keys that have the most rows lately, of an operator with a key.
  package var hotKeys: HotKeyReport?
  /// Latency at a sink, as an encoded histogram of microseconds; nil elsewhere.
  package var latency: LatencySummary?

  package init() {}
}

/// Latency at a sink: arrival less when the oldest row of a frame was due or read, in microseconds.
package struct LatencySummary: Hashable, Sendable, Codable {
  package var count: UInt64
  package var p50: Int64
  package var p99: Int64
  package var maximum: Int64

  package init(count: UInt64, p50: Int64, p99: Int64, maximum: Int64) {
    self.count = count
    self.p50 = p50
    self.p99 = p99
    self.maximum = maximum
  }
}
