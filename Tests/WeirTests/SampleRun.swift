import WeirColumns
import WeirCore

@testable import Weir

/// A plan, and a run of it at known moments.
enum SampleRun {
  /// Microseconds of 2026-01-01T00:00:00Z.
  static let midnight: Int64 = 1_767_225_600_000_000

  static let rowSchema = Schema([Field("at", .timestamp)], eventTime: 0)

  /// `payments` -> `large`, which runs in it -> `alerts`.
  static func job(rows: Int? = 1000, sink: SinkConnector? = nil) -> JobPlan {
    let source = SourcePlan(
      schema: rowSchema,
      needed: [0],
      time: TimePlan(isEventTime: true),
      onBadRecord: .fail,
      connector: .generate(GeneratePlan(rows: rows, seed: 1, columns: []))
    )
    let work = RowWorkPlan(
      stage: 1,
      input: rowSchema,
      computed: [],
      filters: [],
      output: [0],
      outputSchema: rowSchema,
      onError: .fail,
      counting: .whole
    )
    let file = SinkConnector.file(
      FileSinkPlan(path: "/data/out/alerts.jsonl", format: .json, isSinglePart: true)
    )
    let outlet = OutletPlan(work: work, target: .outlets([OutletPlan(target: .edge(0))]))
    return JobPlan(
      name: "harbor",
      batch: BatchSettings(),
      keyGroups: 128,
      stages: [
        StagePlan(
          name: "payments",
          role: .source(source),
          processes: 2,
          ports: [PortPlan(.main, schema: rowSchema, outlets: [outlet])]
        ),
        StagePlan(name: "large", role: .stateless(StatelessPlan(work: nil)), processes: 0),
        StagePlan(
          name: "alerts",
          role: .sink(SinkPlan(connector: sink ?? file)),
          processes: 1,
          inputs: [0]
        ),
      ],
      edges: [
        EdgePlan(
          from: "large",
          senders: [0],
          to: 2,
          schema: rowSchema,
          partitioning: .deal
        )
      ],
      fingerprint: 1
    )
  }

  /// So many milliseconds after the start, which is at midnight.
  static func moment(_ milliseconds: Int64) -> Moment {
    Moment(
      instant: Instant(nanoseconds: milliseconds * 1_000_000),
      wall: WallTime(microseconds: midnight + milliseconds * 1000)
    )
  }

  static func progress(
    _ counters: [(rowsIn: UInt64, rowsOut: UInt64, filtered: UInt64)],
    busy: Int64 = 0,
    backpressured: Int64 = 0,
    idle: Int64 = 0,
    watermark: Watermark = .start,
    read: Int64 = 0,
    latency: LatencySummary? = nil
  ) -> InstanceProgress {
    var progress = InstanceProgress()
    progress.counters = counters.map { count in
      var counters = StageCounters()
      counters.rowsIn = count.rowsIn
      counters.rowsOut = count.rowsOut
      counters.filtered = count.filtered
      counters.counted = count.rowsIn - count.filtered
      return counters
    }
    progress.busyNanoseconds = busy
    progress.backpressuredNanoseconds = backpressured
    progress.idleNanoseconds = idle
    progress.watermark = watermark
    progress.cpuSeconds = Double(busy) / 1e9
    progress.peakMemoryBytes = 16 << 20
    progress.readBytes = read
    progress.totalBytes = 500
    progress.latency = latency
    return progress
  }

  /// Two seconds of a run: half of the input is read.
  static func state(rows: Int? = 1000) -> RunState {
    var state = RunState(job(rows: rows), at: moment(0))
    state.take(.running(instances: 3), at: moment(100))
    for (index, step) in [Int64(0), 1000, 2000].enumerated() {
      let part = UInt64(index)
      let watermark = Watermark(microseconds: midnight - 90_000_000)
      for instance in 0..<2 {
        state.take(
          .progress(
            InstanceID("payments", instance),
            progress(
              [
                (1_250_000 * part, 1_250_000 * part, 0),
                (1_250_000 * part, 500_000 * part, 750_000 * part), (0, 0, 0),
              ],
              busy: 250_000_000 * Int64(part),
              backpressured: 750_000_000 * Int64(part),
              watermark: watermark,
              read: 125 * Int64(part)
            )
          ),
          at: moment(step)
        )
      }
      state.take(
        .progress(
          InstanceID("alerts", 0),
          progress(
            [(0, 0, 0), (0, 0, 0), (1_000_000 * part, 1_000_000 * part, 0)],
            busy: 100_000_000 * Int64(part),
            idle: 900_000_000 * Int64(part),
            latency: LatencySummary(count: 9, p50: 850, p99: 12_345, maximum: 99_999)
          )
        ),
        at: moment(step)
      )
    }
    return state
  }
}
