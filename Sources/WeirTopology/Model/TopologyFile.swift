import WeirColumns
import WeirCore

/// A topology file as it was written, every value with its place; nothing is resolved yet.
///
/// The reader (YAML -> this) checks form: known words, types of values, durations, sizes. The planner
/// (this -> `JobPlan`) checks meaning: names, columns, types, expressions.
package struct TopologyFile: Sendable {
  package var name: Located<String>
  package var description: String?
  package var checkpoints: CheckpointsClause?
  package var batch = BatchSettings()
  package var mostRestarts: Int?
  /// Microseconds.
  package var restartsWithin: Int64?
  package var keyGroups: Located<Int>?
  /// In the order of the file.
  package var sources: [SourceStage] = []
  package var operators: [OperatorStage] = []
  package var sinks: [SinkStage] = []

  package init(name: Located<String>) { self.name = name }
}

/// `checkpoints:`; a topology without it has what an empty one says.
package struct CheckpointsClause: Hashable, Sendable {
  /// False: `checkpoints: none`.
  package var isOn = true
  /// Microseconds.
  package var every: Int64 = 10_000_000
  /// A folder, absolute, or an object store's address.
  package var store: String?
  package var keep = 3
  package var maximumFailures = 5
  /// Microseconds; nil: the greater of 60 s and 10 x `every`.
  package var timeout: Int64?

  package init() {}
}

/// The text of an expression and where its first character stands.
package struct ExpressionText: Sendable {
  package var text: String
  /// Of the whole scalar.
  package var location: SourceLocation
  /// True if character n of the text stands at column + n of that line: no escapes, one line.
  package var isVerbatim: Bool

  package init(_ text: String, at location: SourceLocation, isVerbatim: Bool) {
    self.text = text
    self.location = location
    self.isVerbatim = isVerbatim
  }
}

/// A name and the expression that makes it: of `let`, `select`, `aggregate`.
package struct NamedExpression: Sendable {
  package var name: Located<String>
  package var expression: ExpressionText

  package init(name: Located<String>, expression: ExpressionText) {
    self.name = name
    self.expression = expression
  }
}

/// A source under `sources:`.
package struct SourceStage: Sendable {
  package var name: Located<String>
  package var connector: Located<SourceConnector>
  /// Rows per second, of either connector.
  package var rate: Double?
  /// The schema: of `file` as written, of `generate` as its columns make it.
  package var fields: [Located<FieldPlan>]
  package var eventTime: Located<String>?
  /// Microseconds.
  package var lag: Int64 = 0
  package var idleAfter: Int64?
  package var maxAhead: Int64?
  package var hasWatermark = false
  package var onBadRecord = BadRecordPolicy.fail
  package var processes: Located<Int>?
  /// The name that it had before.
  package var renamedFrom: Located<String>?

  package init(
    name: Located<String>,
    connector: Located<SourceConnector>,
    fields: [Located<FieldPlan>]
  ) {
    self.name = name
    self.connector = connector
    self.fields = fields
  }
}

/// An operator under `operators:`.
package struct OperatorStage: Sendable {
  /// `window:`, lengths of time in microseconds.
  package struct WindowClause: Sendable {
    package var shape: WindowSpec.Shape
    package var allowedLateness: Int64 = 0
    package var earlyEvery: Int64?
    package var location: SourceLocation

    package init(_ shape: WindowSpec.Shape, at location: SourceLocation) {
      self.shape = shape
      self.location = location
    }
  }

  /// `select:`, a list of columns or a map of columns to expressions.
  package enum Selection: Sendable {
    case columns([Located<String>])
    case expressions([NamedExpression])
  }

  package var name: Located<String>
  /// Stages or ports: `payments`, `declines.late`.
  package var from: [Located<String>] = []
  package var bindings: [NamedExpression] = []
  package var condition: ExpressionText?
  package var key: [Located<String>] = []
  package var window: WindowClause?
  package var aggregates: [NamedExpression] = []
  package var having: ExpressionText?
  package var select: Selection?
  package var processes: Located<Int>?
  package var onError = ErrorPolicy.fail
  /// Nil: as if it were `auto`.
  package var combine: Located<CombineMode>?
  /// `tag:` adds a column with the stage's name to a union.
  package var tag: Located<String>?
  /// The name that it had before.
  package var renamedFrom: Located<String>?

  package init(name: Located<String>) { self.name = name }
}

/// A sink under `sinks:`.
package struct SinkStage: Sendable {
  package enum Delivery: String, Hashable, Sendable, CaseIterable {
    case exactlyOnce = "exactly-once"
    case atLeastOnce = "at-least-once"
    case atMostOnce = "at-most-once"
  }

  package var name: Located<String>
  package var from: [Located<String>] = []
  package var connector: Located<SinkConnector>
  package var delivery: Located<Delivery>?
  package var tag: Located<String>?
  package var processes: Located<Int>?

  package init(name: Located<String>, connector: Located<SinkConnector>) {
    self.name = name
    self.connector = connector
  }
}
