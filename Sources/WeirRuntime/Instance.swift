import WeirColumns
import WeirCore

/// Everything that an instance needs once it knows what it is to become.
///
/// A class, so that looking at one part never copies the node.
package final class InstanceParts {
  package var node: InstanceNode
  package let frames: any FrameGateway
  package let source: (any SourceGateway)?
  package let sink: (any SinkGateway)?
  package let state: (any StateGateway)?
  package let latency: (any LatencyRecorder)?
  package let pool: BatchPool

  package init(
    node: InstanceNode,
    frames: any FrameGateway,
    source: (any SourceGateway)?,
    sink: (any SinkGateway)?,
    state: (any StateGateway)? = nil,
    latency: (any LatencyRecorder)?,
    pool: BatchPool
  ) {
    self.node = node
    self.frames = frames
    self.source = source
    self.sink = sink
    self.state = state
    self.latency = latency
    self.pool = pool
  }
}

/// The process of an instance: one actor on one thread, around one node.
///
/// The thread's loop enters `pump` whenever something is ready. The pump takes what has arrived,
/// steps the node without suspending, and carries out the effects. It alone reads the clock.
package actor Instance {
  private let executor: any SerialExecutor
  private let control: any InstanceControlGateway
  private let clocks: any Clocks
  private let usage: any UsageGateway
  private let assemble: (Assignment) throws(WeirError) -> InstanceParts
  private var parts: InstanceParts?
  private var effects: [InstanceEffect] = []
  private var hasLeft = false
  /// Why the instance ended, if it failed.
  package private(set) var failure: WeirError?
  private var times: TimeAccount
  private var reportAt: Instant
  /// The last report, and when it was made.
  private var reported = InstanceProgress()
  private var reportedAt: Instant
  private var hasFinished = false
  private var hasToldReaderGone = false
  /// A frame could not be sent since the last rewind.
  private var hasLostPeer = false

  /// The rewind whose state is being read.
  private var restoring: Round?
  /// The epoch whose state could not be written.
  private var brokenState: Epoch?

  /// What a gateway of frames throws when a peer cannot be reached.
  private static let lostPeerCode = "E406"

  /// Frames taken from the sockets before the node gets a turn.
  private static let framesPerTurn = 64

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// Makes the actor; everything handed in is used on the executor's thread only from then on.
  package init(
    executor: any SerialExecutor,
    control: sending any InstanceControlGateway,
    clocks: sending any Clocks,
    usage: sending any UsageGateway,
    assemble: sending @escaping (Assignment) throws(WeirError) -> InstanceParts
  ) {
    self.executor = executor
    self.control = control
    self.usage = usage
    self.assemble = assemble
    let now = clocks.now()
    self.clocks = clocks
    times = TimeAccount(since: now.instant)
    reportAt = now.instant.advanced(byNanoseconds: Limits.progressNanoseconds)
    reportedAt = now.instant
  }

  /// Says hello to the coordinator.
  package func greet() {
    do throws(WeirError) {
      try control.send(.hello(version: InstanceMessage.version))
      Failpoint.greeted.reached()
    } catch {
      end(error)
    }
  }

  /// Takes what has arrived, works for a bounded time, and says when to be entered again.
  package func pump() -> NextTurn {
    guard !hasLeft else { return .never }
    do throws(WeirError) {
      try takeMessages()
      guard !hasLeft else { return .never }
      guard parts != nil else { return .whenReady }
      return try turn()
    } catch {
      end(error)
      return .never
    }
  }

  // MARK: Control

  private func takeMessages() throws(WeirError) {
    while !hasLeft, let message = try control.receive() {
      #if DEBUG
      if case .assign(let assignment) = message {
        Failpoint.watch?.instance = assignment.instance
      }
      #endif
      Self.failpoint(message)?.reached()
      switch message {
      case .assign(let assignment):
        let made = try assemble(assignment)
        parts = made
        let endpoint = try made.frames.bind()
        Failpoint.bound.reached()
        try control.send(.bound(endpoint: endpoint))
      case .rewind(let rewind):
        hasFinished = false
        hasLostPeer = false
        try parts?.frames.link(rewind.peers)
        Failpoint.linked.reached()
        try step(.rewindOrdered(rewind))
      case .go(let round): try step(.started(round))
      case .checkpoint(let epoch, let isLast):
        try step(.checkpointOrdered(epoch, isLast: isLast))
      case .abort(let epoch): try step(.aborted(epoch))
      case .commit(let epoch, let outputs): try step(.commitOrdered(epoch, outputs))
      case .drain: try step(.drainOrdered)
      case .relax: try step(.relaxOrdered)
      case .leave:
        // Whoever was stopped has never said how it ended.
        if !hasFinished, parts != nil {
          try? control.send(.progress(progress(at: clocks.now().instant)))
        }
        leave()
      case .ping(let number): try control.send(.pong(number, parts?.node.epochProgress))
      }
    }
  }

  /// What the instance hears, as a step of the protocols.
  private static func failpoint(_ message: CoordinatorMessage) -> Failpoint? {
    switch message {
    case .assign: .assigned
    case .rewind: .rewindHeard
    case .go: .goHeard
    case .checkpoint: .checkpointHeard
    case .abort: .abortHeard
    case .commit: .commitHeard
    case .leave: .leaveHeard
    case .ping: .pinged
    case .drain: .drainHeard
    case .relax: nil
    }
  }

  private func leave() {
    hasLeft = true
    parts?.frames.close()
  }

  private func end(_ error: WeirError) {
    failure = error
    // If the coordinator cannot be told, it sees the exit.
    try? control.send(.failed(error))
    leave()
  }

  // MARK: Work

  private func turn() throws(WeirError) -> NextTurn {
    guard let frames = parts?.frames else { return .whenReady }
    times.change(to: .busy, at: clocks.now().instant)
    var taken = 0
    while taken < Self.framesPerTurn, let frame = try frames.receive() {
      if frame.header.kind == .barrier { Failpoint.barrierIn.reached() }
      if frame.header.kind == .credit { Failpoint.creditIn.reached() }
      try step(.frameReceived(frame))
      taken += 1
    }
    if let round = restoring, try restoreState(round) { return .now }
    try step(.turned)
    if !hasToldReaderGone, parts?.sink?.hasReader == false {
      hasToldReaderGone = true
      try control.send(.readerGone)
    }
    let now = clocks.now()
    if now.instant >= reportAt {
      reportAt = now.instant.advanced(byNanoseconds: Limits.progressNanoseconds)
      if !hasFinished { try report(at: now.instant) }
    }
    if taken == Self.framesPerTurn || parts?.node.hasWork(at: now) == true {
      return .now
    }
    try parts?.sink?.flush()
    times.change(to: parts?.node.isBackpressured == true ? .backpressured : .idle, at: now.instant)
    let due = parts?.node.deadline(at: now)
    guard !hasFinished else { return due.map { .at($0) } ?? .whenReady }
    return .at(min(due ?? reportAt, reportAt))
  }

  private func step(_ event: InstanceEvent) throws(WeirError) {
    guard parts != nil else { return }
    let now = clocks.now()
    try parts?.node.handle(event, at: now, into: &effects)
    // Effects may bring events, whose effects go behind those that wait.
    var index = 0
    while index < effects.count {
      try carryOut(effects[index], at: now)
      index += 1
    }
    effects.removeAll(keepingCapacity: true)
  }

  private func carryOut(_ effect: InstanceEffect, at now: Moment) throws(WeirError) {
    switch effect {
    case .send(let frame):
      try send(frame)
      if frame.header.kind == .barrier { Failpoint.barrierOut.reached() }
      if frame.header.kind == .credit { Failpoint.creditOut.reached() }
      if let batch = frame.batch { parts?.pool.give(batch) }
    case .read(let request):
      guard let source = parts?.source else { preconditionFailure("a read without a source") }
      let rows = try source.read(request, parts?.node.recordGuard)
      try parts?.node.handle(.rowsRead(rows), at: clocks.now(), into: &effects)
    case .findPartitions:
      guard let source = parts?.source else { preconditionFailure("a search without a source") }
      let found = try source.findPartitions()
      try parts?.node.handle(.partitionsFound(found), at: clocks.now(), into: &effects)
    case .warn(let error): try control.send(.warned(error))
    case .write(let batch, let edge, let oldest):
      try write(batch, edge)
      parts?.latency?.record(
        microseconds: now.wall.microseconds - oldest.microseconds,
        rows: batch.count
      )
    case .restore(let request):
      try parts?.source?.seek(request.partitions, newFrom: request.newFrom)
      let told = try parts?.sink?.restore(
        request.epoch,
        keeping: request.outputs,
        isFinished: request.isFinished
      )
      if let told { try control.send(.warned(told)) }
      restoring = nil
      do throws(WeirError) {
        try parts?.state?.open(request.state, inheriting: request.inherited)
        Failpoint.restoreBegun.reached()
        // State is read piece by piece, so that heartbeats are answered meanwhile.
        restoring = request.round
      } catch {
        let event = InstanceEvent.restoreFailed(request.round, error)
        try parts?.node.handle(event, at: clocks.now(), into: &effects)
      }
    case .beginState(let epoch, let live, let isFull):
      Failpoint.marked.reached()
      try write(epoch) { state throws(WeirError) in
        try state.begin(epoch, live: live, isFull: isFull)
      }
    case .writeState(let epoch, let sections):
      try write(epoch) { state throws(WeirError) in try state.write(sections) }
      Failpoint.stateWritten.reached()
    case .finishState(let epoch): try finishState(epoch)
    case .prepare(let epoch): try prepare(epoch)
    case .commit(let epoch, let outputs):
      try parts?.sink?.commit(epoch, outputs)
      try parts?.node.handle(.committed(epoch), at: clocks.now(), into: &effects)
    case .report(let message):
      if case .rewound = message { Failpoint.restored.reached() }
      if case .snapshotted = message { Failpoint.reportOut.reached() }
      if case .committed = message { Failpoint.partCommitted.reached() }
      try control.send(message)
    case .recycle(let batch):
      if let source = parts?.source {
        source.recycle(batch)
      } else {
        parts?.pool.give(batch)
      }
    case .finished:
      hasFinished = true
      Failpoint.finishedOut.reached()
      try control.send(.finished(progress(at: now.instant)))
    }
  }

  private func write(_ batch: Batch, _ edge: EdgeIndex) throws(WeirError) {
    guard let parts, let sink = parts.sink else { preconditionFailure("rows without a sink") }
    let (rowGuard, stage) = (parts.node.rowGuard, parts.node.stageIndex)
    rowGuard.begin(stage, batch, position: parts.node.counters[stage].seen)
    defer { rowGuard.end() }
    try sink.write(batch, edge: edge)
  }

  /// A peer that is gone is the coordinator's matter: it sends everybody back, and what is said until
  /// then is lost on nobody.
  private func send(_ frame: Frame) throws(WeirError) {
    guard !hasLostPeer else { return }
    do throws(WeirError) {
      try parts?.frames.send(frame)
    } catch {
      guard error.code == Self.lostPeerCode else { throw error }
      hasLostPeer = true
      try control.send(.lost(error))
    }
  }

  /// Reads some more of the state; true while there is more.
  private func restoreState(_ round: Round) throws(WeirError) -> Bool {
    let sections: [StateSection]
    do throws(WeirError) {
      sections = try parts?.state?.read() ?? []
    } catch {
      restoring = nil
      try step(.restoreFailed(round, error))
      return false
    }
    guard sections.isEmpty else {
      try step(.stateRead(round, sections))
      Failpoint.stateRead.reached()
      // What makes no sense is not read on.
      if parts?.node.phase != .restoring { restoring = nil }
      return restoring != nil
    }
    restoring = nil
    try step(.restored(round))
    return false
  }

  /// Does something with the state's file; one that fails is not gone on with.
  private func write(
    _ epoch: Epoch,
    _ act: (any StateGateway) throws(WeirError) -> Void
  ) throws(WeirError) {
    guard let state = parts?.state else {
      preconditionFailure("state of epoch \(epoch.number) without a place for it")
    }
    guard brokenState != epoch else { return }
    do throws(WeirError) {
      try act(state)
    } catch {
      brokenState = epoch
      try parts?.node.handle(.stateFailed(epoch, error), at: clocks.now(), into: &effects)
    }
  }

  private func finishState(_ epoch: Epoch) throws(WeirError) {
    try write(epoch) { state throws(WeirError) in
      let (reference, rewriting) = try state.finish()
      try self.parts?.node.handle(
        .stateWritten(epoch, reference, rewriting: rewriting),
        at: self.clocks.now(),
        into: &self.effects
      )
    }
  }

  private func prepare(_ epoch: Epoch) throws(WeirError) {
    guard let sink = parts?.sink, let node = parts?.node else {
      preconditionFailure("epoch \(epoch) without a sink")
    }
    let isLast = node.phase == .draining || node.phase == .finished
    let event: InstanceEvent
    do throws(WeirError) {
      event = .prepared(epoch, try sink.prepare(epoch, isLast: isLast))
    } catch {
      event = .prepareFailed(epoch, error)
    }
    try parts?.node.handle(event, at: clocks.now(), into: &effects)
  }

  /// Reports the progress, unless there is none and the last report is not old.
  private func report(at now: Instant) throws(WeirError) {
    guard let node = parts?.node else { return }
    let news = (node.counters, node.watermark)
    let isDue = reportedAt.advanced(byNanoseconds: Limits.quietProgressNanoseconds) <= now
    guard isDue || news != (reported.counters, reported.watermark) else { return }
    reported = progress(at: now)
    reportedAt = now
    try control.send(.progress(reported))
  }

  private func progress(at now: Instant) -> InstanceProgress {
    var progress = InstanceProgress()
    guard let parts else { return progress }
    progress.counters = parts.node.counters
    progress.watermark = parts.node.watermark
    progress.busyNanoseconds = times.busy
    progress.backpressuredNanoseconds = times.backpressured
    progress.idleNanoseconds = times.idle
    (progress.cpuSeconds, progress.peakMemoryBytes) = usage.current()
    progress.queuedBytes = Int64(parts.node.queuedBytes)
    if let source = parts.source {
      (progress.readBytes, progress.totalBytes) = source.progress
    }
    progress.staleFrames = parts.node.staleFrames
    progress.hotKeys = parts.node.hotKeys(at: now)
    progress.latency = parts.latency?.summary
    return progress
  }
}
