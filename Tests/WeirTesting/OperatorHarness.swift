import WeirColumns
import WeirCore
import WeirWire

/// Replays one instance of an operator in every mode: however its input is cut into batches, in
/// whatever order its channels deliver, and however scarce credit is, the same rows must come out.
///
/// Rows are given by input channel, in the order in which a partition holds them; the harness stamps
/// those that are behind, and gives each batch the watermark that its source would.
package struct OperatorHarness {
  /// How the input is delivered.
  package struct Mode: Hashable, Sendable {
    /// Rows of each batch, by channel.
    package var sizes: [[Int]]
    /// Which channel delivers its next batch or its end.
    package var order: [Int]
    /// Refuses credit and gives it back at random, with budgets of a few bytes.
    package var scarcity: UInt64?
    /// Stops a keyed operator again and again, and goes on from snapshots.
    package var restoring: RestoringOperator.Mode?
    /// How closely the instance notes what it works on: with care, rows are taken a few at a time.
    package var care = WorkCare.usual
    /// The senders add rows up wherever they may.
    package var combines = false
  }

  /// What must be the same in every mode; preliminary results, marked `early`, never are.
  package enum Comparison: Hashable, Sendable {
    /// All rows with their stamps, and all counters.
    case everything
    /// The last row, on the main port or that of updates, of all that agree in so many of their
    /// first columns, if it was not taken back; of other ports all rows.
    case settled(columns: Int)
    /// As `settled`, and beside it all on-time results with their stamps.
    case amended(columns: Int)
  }

  /// What came out.
  package struct Outcome {
    package var rows: [EdgeIndex: [[Value]]]
    /// The stamps of the rows.
    package var stamps: [EdgeIndex: [Int64?]]
    package var counters: StageCounters
    package var mailbox: [RecordedEntry]
    package var sent: [[UInt8]]
    package var faults: [String]
    package var wasCongested: Bool
    /// Rows that went to the instance as part of partial aggregates.
    package var combined: Int
  }

  private let job: JobPlan
  private let instance: InstanceID
  private let stage: StageIndex
  private let channels: [ChannelPlan]
  private let rows: [[[Value]]]
  private let lag: Int64

  /// A harness for an instance that receives those rows, one list for each of its channels.
  package init(_ job: JobPlan, _ instance: InstanceID, rows: [[[Value]]], lag: Int64) {
    self.job = job
    self.instance = instance
    guard let stage = job.index(of: instance.stage) else {
      preconditionFailure("no stage '\(instance.stage)'")
    }
    self.stage = stage
    channels = job.channels.filter { $0.receiver == instance }
    precondition(channels.count == rows.count, "\(rows.count) of \(channels.count) channels")
    self.rows = rows
    self.lag = lag
  }

  // MARK: Modes

  /// All rows of a channel in one batch, channel after channel.
  package var plainMode: Mode {
    Mode(
      sizes: rows.map { $0.isEmpty ? [] : [$0.count] },
      order: rows.indices.flatMap { Array(repeating: $0, count: rows[$0].isEmpty ? 1 : 2) }
    )
  }

  /// Every way to cut each channel while there are few, else random ones; every order while there
  /// are few, else random ones; one-row batches; and scarce credit.
  package func modes(random: inout SeededRandom, most: Int = 64) -> [Mode] {
    var modes: [Mode] = [plainMode]
    modes.append(ordered(rows.map { Array(repeating: 1, count: $0.count) }, &random))
    modes += cuts(random: &random, most: most)
    let coarse = rows.map { Self.cut($0.count, mask: 0b0100_1001) }
    let orders = Self.orders(coarse.map { $0.count + 1 }, most: most)
    if let orders {
      modes += orders.map { Mode(sizes: coarse, order: $0) }
    } else {
      for _ in 0..<most { modes.append(ordered(coarse, &random)) }
    }
    for _ in 0..<most {
      var mode = ordered(rows.map { Self.cut($0.count, mask: random.next()) }, &random)
      mode.scarcity = random.next()
      modes.append(mode)
    }
    for number in 0..<max(2, most / 8) {
      var mode = ordered(coarse, &random)
      mode.care = number % 2 == 0 ? .careful : .recording
      if number % 4 > 1 { mode.scarcity = random.next() }
      modes.append(mode)
    }
    for number in 0..<max(3, most / 2) {
      // Few cuts: only rows of one batch are added up.
      var mode = ordered(
        rows.map { Self.cut($0.count, mask: random.next() & random.next() & random.next()) },
        &random
      )
      mode.combines = true
      if number % 3 == 1 { mode.scarcity = random.next() }
      if number % 3 == 2 { mode.restoring = .slices(seed: random.next()) }
      modes.append(mode)
    }
    for number in 0..<max(1, most / 4) {
      var mode = ordered(rows.map { Self.cut($0.count, mask: random.next()) }, &random)
      let seed = random.next()
      mode.restoring = number % 2 == 0 ? .everyEvent(seed: seed) : .slices(seed: seed)
      modes.append(mode)
    }
    return modes
  }

  private func cuts(random: inout SeededRandom, most: Int) -> [Mode] {
    let boundaries = rows.map { max($0.count - 1, 0) }
    let total = boundaries.reduce(0, +)
    guard total < 20, 1 << total <= most * 4 else {
      return (0..<most).map { _ in
        ordered(rows.map { Self.cut($0.count, mask: random.next()) }, &random)
      }
    }
    return (0..<(1 << total)).map { mask in
      var left = UInt64(mask)
      let sizes = rows.indices.map { channel in
        let own = left & ((1 << UInt64(boundaries[channel])) - 1)
        left >>= UInt64(boundaries[channel])
        return Self.cut(rows[channel].count, mask: own)
      }
      return ordered(sizes, &random)
    }
  }

  /// Sizes of the batches of so many rows; bit i of the mask cuts behind row i (modulo 64).
  private static func cut(_ count: Int, mask: UInt64) -> [Int] {
    guard count > 0 else { return [] }
    var sizes = [1]
    for row in 1..<count {
      if mask >> UInt64((row - 1) % 64) & 1 == 1 {
        sizes.append(1)
      } else {
        sizes[sizes.count - 1] += 1
      }
    }
    return sizes
  }

  private func ordered(_ sizes: [[Int]], _ random: inout SeededRandom) -> Mode {
    var order = sizes.indices.flatMap { Array(repeating: $0, count: sizes[$0].count + 1) }
    order.shuffle(using: &random)
    return Mode(sizes: sizes, order: order)
  }

  /// All orders of so many deliveries a channel, nil if there are more than `most`.
  private static func orders(_ counts: [Int], most: Int) -> [[Int]]? {
    var orders: [[Int]] = [[]]
    for _ in 0..<counts.reduce(0, +) {
      orders = orders.flatMap { order in
        counts.indices.filter { channel in
          order.count { $0 == channel } < counts[channel]
        }.map { order + [$0] }
      }
      if orders.count > most { return nil }
    }
    return orders
  }

  // MARK: Runs

  /// Runs every mode; returns everything that is wrong, in words.
  package func check(
    _ comparison: Comparison = .everything,
    random: inout SeededRandom,
    most: Int = 64
  ) -> [String] {
    let plain = run(plainMode)
    var faults = plain.faults
    let expected = HarnessResult(plain, job, stage, comparison)
    for mode in modes(random: &random, most: most) {
      let outcome = run(mode)
      let found = HarnessResult(outcome, job, stage, comparison)
      var wrong = outcome.faults + found.differences(from: expected)
      if replay(outcome.mailbox, mode) != outcome.sent { wrong.append("a replay differs") }
      faults += wrong.map { "\(mode): \($0)" }
      if faults.count > 3 { break }
    }
    return faults
  }

  /// Delivers the input in one mode, until the instance has finished.
  package func run(_ mode: Mode) -> Outcome {
    var run = HarnessRun(
      driver: driver(mode),
      job: job,
      instance: instance,
      mode: mode,
      combiner: mode.combines ? combiner : nil
    )
    run.link(channels)
    var next = channels.map { _ in (batch: 0, row: 0) }
    for channel in mode.order {
      let place = next[channel]
      if place.batch == mode.sizes[channel].count {
        run.end(channels[channel])
      } else {
        let size = mode.sizes[channel][place.batch]
        let part = place.row..<(place.row + size)
        let schema = job.edges[channels[channel].edge].schema
        let (stamps, watermark) = times(channel, through: part.upperBound, schema)
        run.send(
          Batch.of(schema, Array(rows[channel][part]), stamps: Array(stamps[part])),
          on: channels[channel],
          watermark
        )
        next[channel] = (place.batch + 1, part.upperBound)
      }
    }
    run.finish()
    var faults = run.driver.faults
    let counters = run.driver.node.counters[stage]
    let read = UInt64(rows.reduce(0) { $0 + $1.count })
    let accounted =
      counters.counted + counters.filtered + counters.late + counters.rejected + counters.errors
    if accounted != read { faults.append("\(counters) do not account for \(read) rows") }
    return Outcome(
      rows: run.driver.rows,
      stamps: run.driver.stamps,
      counters: counters,
      mailbox: run.driver.mailbox,
      sent: run.driver.sent,
      faults: faults,
      wasCongested: run.driver.wasCongested,
      combined: run.combined
    )
  }

  /// The bytes that a recorded mailbox makes the instance send.
  package func replay(_ mailbox: [RecordedEntry], _ mode: Mode) -> [[UInt8]] {
    var driver = driver(mode)
    for entry in mailbox { driver.step(entry.event, at: entry.moment) }
    return driver.sent
  }

  /// What the senders add rows up with; nil if the instance takes rows alone.
  private var combiner: Combiner? {
    guard case .keyed(var plan) = job.stages[stage].role else { return nil }
    plan.combine = .always
    return Combiner(plan)
  }

  private func driver(_ mode: Mode) -> NodeDriver {
    var flow = FlowBudget()
    if let scarcity = mode.scarcity {
      flow.outputBytes = 64
      flow.emittedRows = 1 + Int(scarcity % 3)
    }
    var job = job
    if let restoring = mode.restoring, case .keyed(var plan) = job.stages[stage].role {
      plan.wrapping = { RestoringOperator(restoring, $0) }
      job.stages[stage].role = .keyed(plan)
    }
    return NodeDriver(job, instance, flow: flow)
  }

  /// The stamps of the first `count` rows of a channel, and the watermark after them.
  private func times(
    _ channel: Int,
    through count: Int,
    _ schema: Schema
  ) -> (stamps: [Int64?], watermark: Watermark) {
    var stamps: [Int64?] = []
    var highest: Int64?
    for row in rows[channel].prefix(count) {
      guard case .int(let time)? = schema.eventTime.map({ row[$0] }) else {
        preconditionFailure("no event time in \(row)")
      }
      let bound = highest.map { $0 - lag }
      stamps.append(bound.flatMap { time < $0 ? $0 : nil })
      highest = max(highest ?? time, time)
    }
    return (stamps, highest.map { Watermark(microseconds: $0 - lag) } ?? .start)
  }
}
