extension DiagnosticCode {
  /// Of what stages mean together.
  var meaningExplanation: DiagnosticExplanation {
    switch self {
    case .unknownStage:
      DiagnosticExplanation(
        "an unknown stage",
        "`from` names a stage that the file does not have. Sources and operators can be "
          + "read, sinks cannot. The hint names the nearest one.",
        faulty: "from: paymets",
        remedy: "from: payments"
      )
    case .unknownColumn:
      DiagnosticExplanation(
        "an unknown column",
        "The rows at this place have no column of that name. Which columns they have follows "
          + "from the schema of the source, `let`, `aggregate` and `select` on the way; the rows "
          + "behind a window have the key, `window_start`, `window_end` and the aggregates. "
          + "`weir check` prints the schema of each edge.",
        faulty: "key: card_tokn",
        remedy: "key: card_token"
      )
    case .unknownPort:
      DiagnosticExplanation(
        "an unknown port",
        "The stage exists and has no such port. Sources have `rejected`; operators have "
          + "`errors`, and those with an event-time window also `late` and `updates`.",
        faulty: "from: payments.late",
        remedy: "from: payments.rejected"
      )
    case .cycle:
      DiagnosticExplanation(
        "stages that read each other in a circle",
        "A topology is a graph without circles: a row could otherwise go round for ever, and "
          + "no watermark and no end of input could ever be told. Read the results in a topology "
          + "of their own, through a file or a topic.",
        faulty: "a: { from: b }\nb: { from: a }",
        remedy: "a: { from: payments }\nb: { from: a }"
      )
    case .expressionFault:
      DiagnosticExplanation(
        "a fault in an expression",
        "The expression does not parse, or it calls something that does not exist or does "
          + "not take such arguments. The code behind the message (X…) names the kind of fault; "
          + "the mark stands under the part that is meant. Texts stand in single quotes, columns "
          + "without quotes or in double quotes.",
        faulty: "where: status = DECLINED",
        remedy: "where: status = 'DECLINED'"
      )
    case .schemaMismatch:
      DiagnosticExplanation(
        "inputs of a union that differ",
        "An operator that reads several streams uses the same columns of all of them, so "
          + "each input must have them, of the same type. Add an operator before the union that "
          + "brings a stream into the form of the others with `select`. A sink writes each row with "
          + "its own columns, which CSV cannot tell apart: there all inputs must have the same "
          + "columns in the same order.",
        faulty: "from: [payments, refunds]   # amount: decimal(2) and float",
        remedy: "from: [payments, refunds_as_decimal]"
      )
    case .eventTimeNotTimestamp:
      DiagnosticExplanation(
        "an event time that is no timestamp",
        "`event_time` names the column that tells when something happened, and such a column "
          + "has the type timestamp. Numbers are read as timestamps too: give the column that "
          + "type and, if they are not milliseconds, a `unit`.",
        faulty: "schema: { at: int }\nevent_time: at",
        remedy: "schema: { at: { type: timestamp, unit: s } }\nevent_time: at"
      )
    case .keyMissing:
      DiagnosticExplanation(
        "several processes without a key",
        "Rows are dealt to the processes of an operator by key, so that all rows of a key "
          + "meet in one. An aggregate without `key` has one group only, which must live in one "
          + "process. Add a key, or leave `processes` out.",
        faulty: "aggregate: { rows: count() }\nprocesses: 4",
        remedy: "key: card_token\naggregate: { rows: count() }\nprocesses: 4"
      )
    case .tooManyProcesses:
      DiagnosticExplanation(
        "more processes than key groups",
        "Keys are dealt out in `key_groups` groups, and a process without a group would "
          + "never see a row. The number of groups is fixed for the life of the state, so choose "
          + "it for the most processes that you will ever want.",
        faulty: "key_groups: 4\nprocesses: 8",
        remedy: "key_groups: 128\nprocesses: 8"
      )
    case .badWindow:
      DiagnosticExplanation(
        "a window that cannot be",
        "A window has exactly one of the shapes `tumbling`, `sliding` and `session`, with "
          + "the options of that shape. The length of a sliding window is a multiple of `every`, "
          + "at most 16,384 times as long, since its result is put together from whole panes.",
        faulty: "window: { sliding: 10m, every: 3m }",
        remedy: "window: { sliding: 9m, every: 3m }"
      )
    case .unboundedState:
      DiagnosticExplanation(
        "state that only grows",
        "The operator keeps state for every key that it has ever seen and has no window that "
          + "would let go of it. With ever new keys its memory only grows. Give it a window, or "
          + "a key of few values.",
        faulty: "key: session_id\naggregate: { rows: count() }",
        remedy: "key: session_id\nwindow: { session: 30m }\naggregate: { rows: count() }"
      )
    case .deliveryTooStrong:
      DiagnosticExplanation(
        "a delivery that the sink cannot give",
        "What was printed cannot be taken back, and whether somebody has read it is not known: "
          + "standard output is at-least-once, and rows that a failure makes the run do again are "
          + "printed again. A file sink gives whichever `delivery` is asked for.",
        faulty: "out: { from: payments, stdout: {}, delivery: exactly-once }",
        remedy: "out: { from: payments, file: { path: out/ }, delivery: exactly-once }"
      )
    case .notCombinable:
      DiagnosticExplanation(
        "rows that cannot be added up before they are sent",
        "`combine: always` asks the senders for partial aggregates, and those of this operator would "
          + "not say exactly the same as the rows. Sums, averages and deviations of floats depend on "
          + "the order of their rows; which rows are one session is known only where all of them "
          + "are; and without a window there is a result for every row. `combine: auto` sends rows "
          + "there. An amount as a `decimal` adds up exactly.",
        faulty: "combine: always\nwindow: { tumbling: 5m }\naggregate: { mean: avg(speed) }"
          + "   # a float",
        remedy: "combine: always\nwindow: { tumbling: 5m }\naggregate: { fastest: max(speed) }"
      )
    case .unreadStage:
      DiagnosticExplanation(
        "a stage that nobody reads",
        "No sink and no operator reads this stage, so its rows are made and thrown away. "
          + "Often a `from` names another stage than was meant.",
        faulty: "sinks: { out: { from: payments, discard: {} } }   # and 'declines' is not read",
        remedy: "sinks: { out: { from: declines, discard: {} } }"
      )
    case .unreadPort:
      DiagnosticExplanation(
        "a port that nobody reads",
        "Rows of this port are counted and dropped. The counts are shown by `weir status`; "
          + "to keep the rows, let a sink read the port.",
        faulty: "on_bad_record: divert",
        remedy: "sinks: { rejected: { from: payments.rejected, file: { path: rejected.jsonl } } }"
      )
    case .inlinedOperator:
      DiagnosticExplanation(
        "an operator without a process",
        "The operator needs no state and has no `processes`, so its work is done in the "
          + "process of the stage that it reads, and its rows are not sent twice. It has its "
          + "counters and its ports all the same. `processes: 1` gives it a process.",
        faulty: "fast: { from: pings, where: speed > 30 }",
        remedy: "fast: { from: pings, where: speed > 30, processes: 1 }"
      )
    default: preconditionFailure("'\(self)' is explained elsewhere")
    }
  }
}
