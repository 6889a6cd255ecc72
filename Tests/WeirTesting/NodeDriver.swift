import WeirColumns
import WeirCore
import WeirWire

/// An entry of a mailbox as bytes, so that it can be played again.
package enum RecordedEvent: Hashable, Sendable {
  case frame([UInt8])
  case turned
  case rewound(Rewind)
  case restored(Round)
  case started(Round)
  case drained
}

/// When something reached an instance, and what.
package struct RecordedEntry: Hashable, Sendable {
  package var moment: Moment
  package var event: RecordedEvent
}

/// One instance without a source, stepped by hand: keeps what came in, what went out, and what was
/// wrong with it.
package struct NodeDriver {
  package private(set) var node: InstanceNode
  /// Everything that came in.
  package private(set) var mailbox: [RecordedEntry] = []
  /// Every frame that was sent, as bytes.
  package private(set) var sent: [[UInt8]] = []
  /// Rows that were sent, or written by a sink, by edge.
  package private(set) var rows: [EdgeIndex: [[Value]]] = [:]
  /// The stamps of those rows.
  package private(set) var stamps: [EdgeIndex: [Int64?]] = [:]
  package private(set) var faults: [String] = []
  package private(set) var hasFinished = false
  /// The headers of the last step's frames that are no credits.
  package private(set) var lastSent: [FrameHeader] = []
  /// How far the instance has said to be, to those who may add rows up, by channel.
  package private(set) var said: [ChannelID: Watermark] = [:]
  /// Whether rows have ever waited for credit.
  package private(set) var wasCongested = false

  private let job: JobPlan
  private let rowsOfTurn: Int
  private let inputs: Int
  private let outputs: Int
  private let pool = BatchPool()
  private let encoder = FrameEncoder(codec: .refusing, policy: .none)
  private let decoder = FrameDecoder(codec: .refusing)
  private var witnesses: [ChannelID: ChannelWitness]
  private let schemas: ChannelSchemas

  package init(_ job: JobPlan, _ instance: InstanceID, flow: FlowBudget = FlowBudget()) {
    self.job = job
    node = InstanceNode(
      instance,
      job: job,
      partitions: [],
      pool: pool,
      flow: flow
    )
    witnesses = Dictionary(
      uniqueKeysWithValues: job.channels.map { ($0.id, ChannelWitness($0)) }
    )
    schemas = ChannelSchemas(job)
    rowsOfTurn = max(flow.emittedRows, job.batch.rows)
    inputs = job.channels.filter { $0.receiver == instance }.count
    outputs = job.channels.filter { $0.sender == instance }.count
  }

  /// Begins at the beginning, in the first generation.
  package mutating func start(at now: Moment) {
    let round = Round(1)
    step(.rewound(Rewind(round: round, generation: Generation(1))), at: now)
    step(.restored(round), at: now)
    step(.started(round), at: now)
  }

  /// Handles one event, carries out its effects, and checks them.
  package mutating func step(_ event: RecordedEvent, at now: Moment) {
    mailbox.append(RecordedEntry(moment: now, event: event))
    lastSent.removeAll(keepingCapacity: true)
    let heldFrames = node.heldBytes / 8
    do {
      var effects: [InstanceEffect] = []
      if let event = try decode(event) { try node.handle(event, at: now, into: &effects) }
      let bound =
        8 + inputs + heldFrames + outputs * (4 + rowsOfTurn / max(job.batch.rows, 1))
      if effects.count > bound { faults.append("\(effects.count) effects of one step") }
      for effect in effects { try carryOut(effect, at: now) }
    } catch {
      faults.append("\(error)")
    }
    if node.isBackpressured { wasCongested = true }
  }

  private mutating func decode(_ event: RecordedEvent) throws -> InstanceEvent? {
    switch event {
    case .turned: return .turned
    case .rewound(let rewind): return .rewindOrdered(rewind)
    case .restored(let round): return .restored(round)
    case .started(let round): return .started(round)
    case .drained: return .drainOrdered
    case .frame(let bytes):
      let schemas = schemas
      let frame = try bytes.withUnsafeBytes { raw in
        try decoder.decode(
          raw,
          schema: { schemas.schema(of: $0, $1) },
          pool: pool
        )
      }
      if frame.header.kind == .credit {
        witnesses[frame.header.channel]?.granted(frame.header)
      }
      return .frameReceived(frame)
    }
  }

  private mutating func carryOut(_ effect: InstanceEffect, at now: Moment) throws {
    switch effect {
    case .send(let frame):
      let id = frame.header.channel
      if frame.header.kind == .credit {
        let watermark = frame.header.watermark
        said[id] = watermark > .start ? watermark : nil
      } else {
        lastSent.append(frame.header)
        if let batch = frame.batch, !isCombined(frame.header) { judge(batch, id) }
        if let fault = witnesses[id]?.sent(frame.header) { faults.append(fault) }
      }
      if let batch = frame.batch {
        keep(batch, id.edge)
      }
      sent.append(FrameBytes.of(frame, encoder))
      if let batch = frame.batch { pool.give(batch) }
    case .read(let request): faults.append("a read without a source: \(request)")
    case .write(let batch, let edge, _): keep(batch, edge)
    case .findPartitions: faults.append("a search without a source")
    case .warn(let error): faults.append("\(error)")
    case .restore, .laidOut, .report, .beginState, .writeState, .finishState, .prepare, .commit:
      break
    case .recycle(let batch): pool.give(batch)
    case .finished: hasFinished = true
    }
  }
}

extension NodeDriver {
  private mutating func keep(_ batch: Batch, _ edge: EdgeIndex) {
    rows[edge, default: []] += batch.values
    stamps[edge, default: []] += batch.stampValues
  }

  /// True if partial aggregates stand for the rows: they tell of panes, not of times.
  private func isCombined(_ header: FrameHeader) -> Bool {
    header.schema != job.edges[header.channel.edge].schema.fingerprint
  }

  /// A row behind the watermark that its receiver knows of must say by a stamp how late it is.
  private mutating func judge(_ batch: Batch, _ channel: ChannelID) {
    let watermark = witnesses[channel]?.watermark ?? .start
    guard keepsTime(job.edges[channel.edge]), batch.schema.eventTime != nil else { return }
    for (row, stamp) in batch.stampValues.enumerated()
    where stamp == nil && batch.times.words[row] < watermark.microseconds {
      faults.append("a row of time \(batch.times.words[row]) sent behind \(watermark)")
    }
  }

  /// False for results that come again, and for totals, which may be of any time.
  private func keepsTime(_ edge: EdgePlan) -> Bool {
    guard let stage = job.stages.first(where: { $0.name == edge.from }) else { return false }
    if case .keyed(let plan) = stage.role { return plan.window.shape != .running }
    return true
  }
}

/// Frames as bytes, for tests.
package enum FrameBytes {
  /// The bytes of a frame.
  package static func of(_ frame: Frame, _ encoder: FrameEncoder) -> [UInt8] {
    let encoded = encoder.encode(frame)
    return withExtendedLifetime(encoded) { Array(encoded.bytes) }
  }
}

extension BlockCodec {
  /// Compresses nothing.
  package static let refusing = BlockCodec(compress: { _, _ in 0 }, decompress: { _, _ in nil })
}
