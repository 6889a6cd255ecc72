import WeirColumns

/// How a source's records are read; carried out at the edge.
package enum SourceConnector: Hashable, Sendable {
  case file(FileSourcePlan)
  case generate(GeneratePlan)
}

/// Files of JSON lines or CSV, one partition a file.
package struct FileSourcePlan: Hashable, Sendable {
  /// A path or a glob, absolute.
  package var path: String
  package var follow: Bool
  package var format: RecordFormat
  package var fields: [FieldPlan]

  package init(path: String, follow: Bool, format: RecordFormat, fields: [FieldPlan]) {
    self.path = path
    self.follow = follow
    self.format = format
    self.fields = fields
  }
}

/// The text form of records.
package enum RecordFormat: Hashable, Sendable {
  case json
  case csv(header: Bool, delimiter: UInt8, nulls: String)
}

/// A column of a source's schema and where it is found in a record.
package struct FieldPlan: Hashable, Sendable {
  /// What a number means that is read as a time.
  package enum TimeUnit: String, Hashable, Sendable, CaseIterable {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"
  }

  package var name: String
  package var type: ColumnType
  /// Names from the outermost object inwards.
  package var path: [String]
  package var unit: TimeUnit

  package init(
    _ name: String,
    _ type: ColumnType,
    path: [String]? = nil,
    unit: TimeUnit = .milliseconds
  ) {
    self.name = name
    self.type = type
    self.path = path ?? [name]
    self.unit = unit
  }
}

/// Rows made from their number.
package struct GeneratePlan: Hashable, Sendable {
  /// What a column is made of; row i is a pure function of (seed, i).
  package enum Kind: Hashable, Sendable {
    /// A C format with one integer, such as `a%09d`, of the row number.
    case sequence(String)
    case pick(format: String, count: Int, skew: Double)
    /// Texts and their cumulative probabilities.
    case weights([Weight])
    case uniform(low: Double, high: Double)
    case normal(mean: Double, deviation: Double)
    case lognormal(median: Double, sigma: Double)
    case clock(Clock)
  }

  package struct Weight: Hashable, Sendable {
    package var value: String
    package var weight: Double

    package init(value: String, weight: Double) {
      self.value = value
      self.weight = weight
    }
  }

  /// Event times: row i at start + i / rowsPerSecond, disturbed.
  package struct Clock: Hashable, Sendable {
    /// Microseconds since 1970; nil: when the run starts.
    package var start: Int64?
    package var rowsPerSecond: Double
    /// Microseconds that a row may be behind.
    package var disorder: Int64
    package var lateFraction: Double
    package var lateLow: Int64
    package var lateHigh: Int64

    package init(
      start: Int64?,
      rowsPerSecond: Double,
      disorder: Int64 = 0,
      lateFraction: Double = 0,
      lateLow: Int64 = 0,
      lateHigh: Int64 = 0
    ) {
      self.start = start
      self.rowsPerSecond = rowsPerSecond
      self.disorder = disorder
      self.lateFraction = lateFraction
      self.lateLow = lateLow
      self.lateHigh = lateHigh
    }
  }

  package struct ColumnPlan: Hashable, Sendable {
    package var name: String
    package var type: ColumnType
    package var kind: Kind
    package var minimum: Double?
    package var maximum: Double?
    /// The share of nulls.
    package var nulls: Double

    package init(
      name: String,
      type: ColumnType,
      kind: Kind,
      minimum: Double? = nil,
      maximum: Double? = nil,
      nulls: Double = 0
    ) {
      self.name = name
      self.type = type
      self.kind = kind
      self.minimum = minimum
      self.maximum = maximum
      self.nulls = nulls
    }
  }

  package var rows: Int?
  package var seed: UInt64
  package var columns: [ColumnPlan]

  /// Row i belongs to partition i mod this.
  package static let partitions = 64

  package init(rows: Int?, seed: UInt64, columns: [ColumnPlan]) {
    self.rows = rows
    self.seed = seed
    self.columns = columns
  }
}

/// How a sink's rows are written; carried out at the edge.
package enum SinkConnector: Hashable, Sendable {
  case file(FileSinkPlan)
  case standardOutput(SinkFormat)
  case discard
}

extension SinkConnector {
  /// True if what became visible can be taken back, or nothing does.
  package var canWithdraw: Bool {
    switch self {
    case .file, .discard: true
    case .standardOutput: false
    }
  }

  /// True if it writes rows as CSV, whose columns only the header tells.
  package var isCSV: Bool {
    switch self {
    case .file(let plan): plan.format.isCSV
    case .standardOutput(let format): format.isCSV
    case .discard: false
    }
  }
}

/// The text form of output.
package enum SinkFormat: Hashable, Sendable {
  case json
  case csv(header: Bool, delimiter: UInt8, nulls: String)

  var isCSV: Bool {
    switch self {
    case .json: false
    case .csv: true
    }
  }
}

/// Parts of a file sink.
package struct FileSinkPlan: Hashable, Sendable {
  /// Absolute; a path that ends in `/` is a folder of parts.
  package var path: String
  package var format: SinkFormat
  /// True: one part at the end, under the path's own name (bounded, one process).
  package var isSinglePart: Bool

  package init(path: String, format: SinkFormat, isSinglePart: Bool) {
    self.path = path
    self.format = format
    self.isSinglePart = isSinglePart
  }
}
