import Glibc
import WeirColumns
import WeirCore
import WeirExpressions
import WeirPOSIX
import WeirRuntime

/// The plans of the thin slice, until the topology language makes them.
enum TopologyPlanning {
  static func plan(text: String, path: String, base: String) throws(WeirError) -> JobPlan {
    let words = text.split(separator: "|").map(String.init)
    return declines(input: words[1], output: words[2], processes: Int(words[3]) ?? 1)
  }

  private static func declines(input: String, output: String, processes: Int) -> JobPlan {
    let fields = [
      FieldPlan("auth_id", .string), FieldPlan("card_token", .string),
      FieldPlan("merchant_id", .string), FieldPlan("status", .string),
      FieldPlan("amount_usd", .decimal(scale: 2)), FieldPlan("terminal_ts", .timestamp),
    ]
    let all = Schema(fields.map { Field($0.name, $0.type) }, eventTime: 5)
    let needed = [1, 3, 5]
    let main = Schema(needed.map { all.fields[$0] }, eventTime: 2)
    let travel = Schema([main.fields[0], main.fields[2]], eventTime: 1)
    var faults: [ExpressionFault] = []
    guard
      let filter = Checker(ColumnScope(main)).checkCondition(
        "status = 'DECLINED'",
        faults: &faults
      )
    else { preconditionFailure("\(faults)") }
    var time = TimePlan(isEventTime: true)
    time.lag = 45_000_000
    let source = SourcePlan(
      schema: all,
      needed: needed,
      time: time,
      onBadRecord: .fail,
      connector: .file(FileSourcePlan(path: input, follow: false, format: .json, fields: fields))
    )
    let window = WindowSpec(.sliding(size: 600_000_000, every: 60_000_000))
    let aggregates = [AggregateSpec(.count, name: "declines")]
    let result = Schema(
      [
        Field("card_token", .string), Field("window_start", .timestamp),
        Field("window_end", .timestamp), Field("declines", .int), Field("_time", .timestamp),
      ],
      eventTime: 4
    )
    guard
      let having = Checker(ColumnScope(result)).checkCondition("declines > 3", faults: &faults)
    else { preconditionFailure("\(faults)") }
    let pushed = RowWorkPlan(
      stage: 1,
      input: main,
      computed: [],
      filters: [filter],
      output: [0, 2],
      outputSchema: travel,
      onError: .fail
    )
    let select = RowWorkPlan(
      stage: 1,
      input: result,
      computed: [],
      filters: [],
      output: [0, 1, 2, 3, 4],
      outputSchema: result,
      onError: .fail
    )
    let keyed = KeyedPlan(
      window: window,
      aggregates: aggregates,
      key: [0],
      input: travel,
      having: having,
      results: select
    )
    let sink = SinkPlan(
      connector: .file(FileSinkPlan(path: output, format: .json, isSinglePart: true))
    )
    return JobPlan(
      name: "slice",
      batch: BatchSettings(),
      keyGroups: 128,
      stages: [
        StagePlan(
          name: "payments",
          role: .source(source),
          processes: 1,
          ports: [
            PortPlan(
              .main,
              schema: main,
              outlets: [OutletPlan(work: pushed, target: .edge(0))]
            )
          ]
        ),
        StagePlan(
          name: "declines",
          role: .keyed(keyed),
          processes: processes,
          ports: [PortPlan(.main, schema: result, outlets: [OutletPlan(target: .edge(1))])],
          inputs: [0]
        ),
        StagePlan(name: "alerts", role: .sink(sink), processes: 1, inputs: [1]),
      ],
      edges: [
        EdgePlan(
          from: "payments",
          senders: [0],
          to: 1,
          schema: travel,
          partitioning: .key([0])
        ),
        EdgePlan(from: "declines", senders: [1], to: 2, schema: result, partitioning: .deal),
      ],
      fingerprint: 1
    )
  }
}

/// The command of the thin slice.
package enum WeirCommand {
  package static func run() {
    let arguments = CommandLine.arguments
    if let instance = InstanceArguments(arguments) {
      exitProcess(InstanceProcess.run(instance))
    }
    do throws(WeirError) {
      let job = try TopologyPlanning.plan(text: arguments[1], path: "", base: ".")
      let run = RunProcess(
        job: job,
        path: "",
        base: ".",
        text: arguments[1],
        stateFolder: "/tmp/slice-state"
      )
      let outcome = try run.run(view: SliceView())
      exitProcess(outcome.exitCode)
    } catch {
      try? WeirText.write("\(error)\n")
      exitProcess(2)
    }
  }
}

func exitProcess(_ code: Int32) -> Never { exit(code) }

enum WeirText {
  static func write(_ text: String) throws(WeirError) { try Terminal.write(text, to: .error) }
}

final class SliceView: RunView {
  func note(_ notice: RunNotice) { try? WeirText.write("\(notice)\n") }
}
