import WeirColumns
import WeirCore
import WeirExpressions

/// A column that a stage makes: a name and the expression for it.
struct OutputColumn {
  var name: String
  var expression: TypedExpression
}

/// A stage whose names, types and expressions have been checked against whole schemas.
///
/// Which of the columns really travel is found later: here every stage sees all columns of what it
/// reads.
struct CheckedStage {
  /// How the columns of an input become those of the stage's `input` schema.
  struct InputColumns {
    /// Column n of `input` is column `columns[n]` of the port that is read.
    var columns: [Int]
  }

  enum Body {
    case source(SourceStage)
    case stateless(StatelessBody)
    case keyed(KeyedBody)
    case sink(SinkStage)
  }

  struct StatelessBody {
    var stage: OperatorStage
    /// Conditions: `where`, then `having`.
    var conditions: [TypedExpression]
    /// Over `input`; the hidden time, if there is one, comes last.
    var outputs: [OutputColumn]
  }

  struct KeyedBody {
    var stage: OperatorStage
    var condition: TypedExpression?
    /// Over `input`.
    var key: [OutputColumn]
    var window: WindowSpec
    var earlyEvery: Int64?
    /// Over `input`.
    var calls: [AggregateCall]
    /// What each call is known as: the column that is nothing but the call, or a hidden name.
    var callNames: [String]
    /// The columns of `aggregate`, over `result`.
    var aggregates: [OutputColumn]
    /// The operator's own result: key, window, calls, markers, time.
    var result: Schema
    /// Over `result`.
    var having: TypedExpression?
    /// Over `result`; the hidden time comes last.
    var outputs: [OutputColumn]
  }

  var name: Located<String>
  /// What the stage works on: the columns that all its inputs have.
  var input: Schema
  var inputs: [InputColumns]
  var body: Body
  /// The schemas of its ports, all columns; only looked up, never gone through.
  var ports: [PortKind: Schema]

  /// True for an operator without state that runs in its sender: it was given no processes, and has
  /// no inputs that come together in it.
  var isInlined: Bool {
    guard case .stateless(let body) = body else { return false }
    return inputs.count == 1 && body.stage.processes == nil
  }
}
