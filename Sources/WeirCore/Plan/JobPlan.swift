import WeirColumns
import WeirExpressions

/// What runs: stages, the edges between them, and the settings of the run.
///
/// Made from a topology file by WeirTopology, the same in every process of a run.
package struct JobPlan: Sendable {
  package var name: String
  package var batch: BatchSettings
  package var keyGroups: Int
  /// In topological order: sources first, every stage after those it reads.
  package var stages: [StagePlan]
  package var edges: [EdgePlan]
  /// What state and output depend on, in the words of the file.
  package var clauses: [PlanClause] = []
  /// What stages were called before, by their name now; only looked up.
  package var renames: [String: String] = [:]
  /// Compared in the first frame of every channel.
  package var fingerprint: UInt64
  /// Nil: none are taken, a failure ends the run, and everything becomes visible at the end.
  package var checkpoints: CheckpointSettings?

  package init(
    name: String,
    batch: BatchSettings,
    keyGroups: Int,
    stages: [StagePlan],
    edges: [EdgePlan],
    fingerprint: UInt64,
    checkpoints: CheckpointSettings? = nil
  ) {
    self.name = name
    self.batch = batch
    self.keyGroups = keyGroups
    self.stages = stages
    self.edges = edges
    self.fingerprint = fingerprint
    self.checkpoints = checkpoints
  }

  /// The number of the stage of that name.
  package func index(of stage: String) -> Int? { stages.firstIndex { $0.name == stage } }
}

/// How rows are gathered before they travel.
package struct BatchSettings: Hashable, Sendable {
  /// Whether frames are compressed.
  package enum Compression: String, Sendable, CaseIterable {
    case none
    case lz4
    /// Tried, and left out on a channel on which it does not pay.
    case auto
  }

  package var rows = Limits.batchRows
  package var lingerNanoseconds = Limits.lingerNanoseconds
  package var compression = Compression.lz4

  package init() {}
}

/// The number of a stage in `JobPlan.stages`.
package typealias StageIndex = Int
/// The number of an edge in `JobPlan.edges`.
package typealias EdgeIndex = Int

/// A named node of the user's graph.
package struct StagePlan: Sendable {
  package var name: String
  package var role: StageRole
  /// How many processes run it; 0: it runs in its sender (`JobPlan` holds it for its counters).
  package var processes: Int
  /// The streams it produces in its own process.
  package var ports: [PortPlan]
  /// The edges it reads, in the order of `from`.
  package var inputs: [EdgeIndex]
  /// What happens to a row that kills it, or fails; no choice but for an operator.
  package var onError: ErrorPolicy

  package init(
    name: String,
    role: StageRole,
    processes: Int,
    ports: [PortPlan] = [],
    inputs: [EdgeIndex] = [],
    onError: ErrorPolicy = .fail
  ) {
    self.name = name
    self.role = role
    self.processes = processes
    self.ports = ports
    self.inputs = inputs
    self.onError = onError
  }

  /// What happens to what kills it; a sink has no choice.
  package var poisonPolicy: ErrorPolicy {
    switch role {
    case .stateless, .keyed: return onError
    case .sink: return .fail
    case .source(let plan):
      return switch plan.onBadRecord {
      case .fail: .fail
      case .skip: .skip
      case .divert: .divert
      }
    }
  }

  /// Where that goes which kills the stage as it comes in, if it is diverted.
  package var poisonPort: PortKind {
    switch role {
    case .stateless, .keyed, .sink: .poison
    case .source: .rejected
    }
  }

  /// The key of the file that says what happens to what kills the stage; nil for a sink.
  package var poisonKey: String? {
    switch role {
    case .stateless, .keyed: "on_error"
    case .source: "on_bad_record"
    case .sink: nil
    }
  }

  /// It keeps state by key, and its results come when windows fire.
  var isKeyed: Bool { if case .keyed = role { true } else { false } }

  /// The port of that kind, if somebody reads it.
  package func port(_ kind: PortKind) -> PortPlan? { ports.first { $0.kind == kind } }
}

/// What a stage does.
package enum StageRole: Sendable {
  case source(SourcePlan)
  case stateless(StatelessPlan)
  case keyed(KeyedPlan)
  case sink(SinkPlan)
}

extension StageRole {
  /// True if a run may go on with another number of processes of the stage.
  ///
  /// Listed files can be dealt out anew; what a process has found or made itself cannot, and parts carry
  /// the number of the process.
  package var canBeDealtAnew: Bool {
    switch self {
    case .stateless, .keyed: true
    case .sink: false
    case .source(let plan):
      if case .file(let file) = plan.connector { !file.follow } else { false }
    }
  }
}

/// The streams that a stage may produce.
package enum PortKind: String, Hashable, Sendable, CaseIterable {
  case main
  case rejected
  case late
  case updates
  case errors
  case poison
}

/// A stream that a stage produces, and who takes it.
package struct PortPlan: Sendable {
  package var kind: PortKind
  package var schema: Schema
  package var outlets: [OutletPlan]

  package init(_ kind: PortKind, schema: Schema, outlets: [OutletPlan]) {
    self.kind = kind
    self.schema = schema
    self.outlets = outlets
  }
}

/// One reader of a port: the work done for it at the sender, and where the rows go then.
package struct OutletPlan: Sendable {
  package var work: RowWorkPlan?
  package var target: OutletTarget

  package init(work: RowWorkPlan? = nil, target: OutletTarget) {
    self.work = work
    self.target = target
  }
}

/// Where rows of an outlet go.
package enum OutletTarget: Sendable {
  /// To the channels of an edge.
  case edge(EdgeIndex)
  /// On, as the main port of an operator that runs here and has no process.
  case outlets([OutletPlan])
  /// Counted and dropped.
  case nowhere
}

/// Work on rows that needs no state: pushed up to the sender, or an operator's own.
///
/// Columns are numbered: those of the input, then those of `computed`, in order. Expressions are over
/// the input columns alone: what `let` names stands in them in full.
package struct RowWorkPlan: Sendable {
  /// The operator in whose name it is done: its counters, its errors.
  package var stage: StageIndex
  package var input: Schema
  package var computed: [ComputedColumn]
  /// Conditions; a row must pass all.
  package var filters: [TypedExpression]
  /// The columns that go on, by number.
  package var output: [Int]
  package var outputSchema: Schema
  package var onError: ErrorPolicy
  /// The readers of `OPERATOR.errors`, and the form of its rows.
  package var errors: PortPlan?
  /// The readers of `OPERATOR.poison`, and the form of its rows.
  package var poison: PortPlan?
  package var counting: Counting

  /// Which counters of the operator the work keeps.
  package enum Counting: Hashable, Sendable {
    /// None: it only chooses columns.
    case none
    /// Rows in, filtered, errors: the rest is done in the operator's own process.
    case input
    /// Rows out too: the work is all that the operator does.
    case whole
  }

  package init(
    stage: StageIndex,
    input: Schema,
    computed: [ComputedColumn],
    filters: [TypedExpression],
    output: [Int],
    outputSchema: Schema,
    onError: ErrorPolicy,
    errors: PortPlan? = nil,
    poison: PortPlan? = nil,
    counting: Counting = .input
  ) {
    self.stage = stage
    self.input = input
    self.computed = computed
    self.filters = filters
    self.output = output
    self.outputSchema = outputSchema
    self.onError = onError
    self.errors = errors
    self.poison = poison
    self.counting = counting
  }
}

/// A column made by an expression.
package struct ComputedColumn: Sendable {
  package var name: String
  package var expression: TypedExpression

  package init(_ name: String, _ expression: TypedExpression) {
    self.name = name
    self.expression = expression
  }
}

/// What happens to a row in which an expression fails, or which kills its operator.
package enum ErrorPolicy: String, Hashable, Sendable, CaseIterable {
  case fail
  case skip
  case divert
}

/// A stream between two stages: a schema, and how rows are dealt to the receivers.
package struct EdgePlan: Sendable {
  /// How rows find their instance.
  package enum Partitioning: Hashable, Sendable {
    /// By the key group of these columns.
    case key([Int])
    /// Batch by batch, in turn: order between rows is not kept.
    case deal
  }

  /// The port as users write it, such as `declines.late`.
  package var from: String
  /// The stages in whose processes rows of this edge are produced.
  package var senders: [StageIndex]
  package var to: StageIndex
  package var schema: Schema
  package var partitioning: Partitioning

  package init(
    from: String,
    senders: [StageIndex],
    to: StageIndex,
    schema: Schema,
    partitioning: Partitioning
  ) {
    self.from = from
    self.senders = senders
    self.to = to
    self.schema = schema
    self.partitioning = partitioning
  }
}
