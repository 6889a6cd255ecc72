/// What a stage is as far as its state is concerned: stored with every checkpoint, so that another
/// plan can tell what it can go on with.
package struct StageOutline: Hashable, Sendable {
  /// What kind of stage it is.
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case source
    case stateless
    case keyed
    case sink
  }

  /// What a source reads from: a position of one says nothing to another.
  package enum Connector: String, Hashable, Sendable, CaseIterable {
    /// Files that are listed once.
    case files
    /// Files that are followed.
    case followedFiles
    case generator
  }

  package var name: String
  package var kind: Kind
  /// 0: it has none of its own.
  package var processes: Int
  /// Of a source.
  package var connector: Connector?
  /// Of a source that reads files: `json` or `csv`.
  package var format: String?
  /// Of a source: the column that is the event time; nil: it is the time of reading.
  package var eventTime: String?
  /// Of a source: its columns, such as `amount decimal(2)`.
  package var columns: [String] = []
  /// Of a source that reads files: the folder that holds them all; nil in a savepoint, in which their
  /// names are relative to it.
  package var folder: String?
  /// Of a keyed operator.
  package var state: StateDescription?
  /// Of a keyed operator.
  package var aggregates = AggregateOutline()

  package init(_ name: String, _ kind: Kind, processes: Int) {
    self.name = name
    self.kind = kind
    self.processes = processes
  }

  /// True if it has something that a run goes on with.
  package var hasState: Bool { kind == .source || kind == .keyed }
}

/// What the aggregates of a keyed operator mean, in the words of the file.
package struct AggregateOutline: Hashable, Sendable {
  /// A column of `aggregate`.
  package struct Column: Hashable, Sendable {
    package var name: String
    /// Its expression, however it is spaced.
    package var text: String
    /// Which of the calls it is made of.
    package var calls: [Int]

    package init(_ name: String, _ text: String, calls: [Int]) {
      self.name = name
      self.text = text
      self.calls = calls
    }
  }

  /// What each aggregate of the state adds up, such as `sum(amount)`, in the order of the state.
  package var calls: [String]
  package var columns: [Column]

  package init(calls: [String] = [], columns: [Column] = []) {
    self.calls = calls
    self.columns = columns
  }
}

extension JobPlan {
  /// What its stages are as far as their state is concerned; but for the folders of files.
  package var outlines: [StageOutline] {
    stages.map { stage in
      switch stage.role {
      case .source(let plan): plan.outline(stage)
      case .stateless: StageOutline(stage.name, .stateless, processes: stage.processes)
      case .sink: StageOutline(stage.name, .sink, processes: stage.processes)
      case .keyed(let plan): plan.outline(stage, keyGroups: keyGroups)
      }
    }
  }
}

extension KeyedPlan {
  fileprivate func outline(_ stage: StagePlan, keyGroups: Int) -> StageOutline {
    var outline = StageOutline(stage.name, .keyed, processes: stage.processes)
    outline.state = stateDescription(keyGroups: keyGroups, name: stage.name)
    outline.aggregates = self.outline
    return outline
  }
}

extension SourcePlan {
  fileprivate func outline(_ stage: StagePlan) -> StageOutline {
    var outline = StageOutline(stage.name, .source, processes: stage.processes)
    outline.columns = schema.fields.map { "\($0.name) \($0.type)" }
    if time.isEventTime { outline.eventTime = schema.eventTime.map { schema.fields[$0].name } }
    switch connector {
    case .generate: outline.connector = .generator
    case .file(let file):
      outline.connector = file.follow ? .followedFiles : .files
      switch file.format {
      case .json: outline.format = "json"
      case .csv: outline.format = "csv"
      }
    }
    return outline
  }
}
