/// What becomes of the state of a run in another plan, stage by stage: a pure value, from which
/// `weir diff` prints, by which a run refuses to start, and after which the state is brought over.
package struct UpgradePlan: Hashable, Sendable, Codable {
  /// What becomes of what a stage has.
  package enum Fate: String, Hashable, Sendable, Codable, CaseIterable {
    /// It goes on as it was.
    case kept
    /// As it was, dealt to another number of processes.
    case rescaled
    /// It is brought into another form: nothing is lost but what is named.
    case migrated
    /// The stage is new, and begins with nothing.
    case fresh
    /// The stage has gone, and with it what it had.
    case dropped
    /// The stage is there, and cannot go on with what it had: that is dropped, and it begins anew.
    case incompatible

    /// True if something is lost.
    package var dropsState: Bool { self == .dropped || self == .incompatible }
  }

  /// One stage.
  package struct Step: Hashable, Sendable, Codable {
    /// As the new plan calls it, or the old one if it has gone.
    package var name: String
    package var kind: StageOutline.Kind
    package var fate: Fate
    /// As the old plan called it; nil if it was not there.
    package var was: String?
    /// Processes before and from now on; nil where there is no such stage.
    package var processesBefore: Int?
    package var processes: Int?
    /// Bytes of the state that it had, as stored; nil: not known, or it has none.
    package var bytes: Int64?
    /// Why it is incompatible.
    package var reason: String?
    /// What changes otherwise, in sentences.
    package var changes: [String] = []
    /// For each aggregate of the new state the one of the old state that it goes on with; nil: none.
    package var carried: [Int?] = []

    /// True if what it had is more than where rows are counted.
    package var dropsState: Bool { fate.dropsState && (kind == .source || kind == .keyed) }

    fileprivate init(_ name: String, _ kind: StageOutline.Kind, _ fate: Fate) {
      self.name = name
      self.kind = kind
      self.fate = fate
    }
  }

  /// A stage that has gone and one that is new, which look like the same: the user is asked.
  package struct Suspect: Hashable, Sendable, Codable {
    package var old: String
    package var new: String

    package init(old: String, new: String) {
      self.old = old
      self.new = new
    }
  }

  /// In the order of the new plan, then what has gone, in the order of the old one.
  package var steps: [Step]
  package var suspects: [Suspect]

  /// Compares two plans; `renames` says what stages of the new one were called, by their name now;
  /// `bytes` how much state each stage of the old one has, as far as is known.
  ///
  /// A stage that had its name before is the same whatever `renames` says: the file of a renamed stage
  /// still fits when its state has been renamed. O(stages²).
  package init(
    from old: [StageOutline],
    to new: [StageOutline],
    renames: [String: String] = [:],
    bytes: [String: Int64] = [:]
  ) {
    steps = []
    suspects = []
    var matched: [String] = []
    for stage in new {
      let before =
        old.first { $0.name == stage.name }
        ?? renames[stage.name].flatMap { name in
          old.first { $0.name == name }
        }
      var step =
        before.map { Self.step(from: $0, to: stage) } ?? Step(stage.name, stage.kind, .fresh)
      step.processes = stage.processes
      if let before {
        matched.append(before.name)
        step.was = before.name
        step.processesBefore = before.processes
        step.bytes = before.kind == .keyed ? bytes[before.name] : nil
      }
      steps.append(step)
    }
    for stage in old where !matched.contains(stage.name) {
      var step = Step(stage.name, stage.kind, .dropped)
      step.was = stage.name
      step.processesBefore = stage.processes
      step.bytes = stage.kind == .keyed ? bytes[stage.name] : nil
      steps.append(step)
      let alike = new.first { candidate in
        steps.contains { $0.name == candidate.name && $0.fate == .fresh }
          && !suspects.contains { $0.new == candidate.name } && Self.looksLike(stage, candidate)
      }
      if let alike { suspects.append(Suspect(old: stage.name, new: alike.name)) }
    }
  }

  /// The steps that lose state which is not among what may be dropped, by the old name or the new.
  package func refused(dropping names: [String]) -> [Step] {
    steps.filter { step in
      step.dropsState && !names.contains(step.name) && !names.contains(step.was ?? step.name)
    }
  }

  /// Names of what may be dropped that lose nothing, or that no stage has.
  package func needless(dropping names: [String]) -> [String] {
    names.filter { name in
      !steps.contains { $0.dropsState && ($0.name == name || $0.was == name) }
    }
  }

  /// What becomes of a stage of the old plan.
  package func step(was name: String) -> Step? { steps.first { $0.was == name } }

  // MARK: One stage

  private static func step(from old: StageOutline, to new: StageOutline) -> Step {
    var step = Step(new.name, new.kind, .kept)
    if old.name != new.name { step.changes.append("was called '\(old.name)'") }
    guard old.kind == new.kind else {
      step.reason = "it was \(words(old.kind)) and is \(words(new.kind))"
      step.fate = old.hasState ? .incompatible : .fresh
      // What is lost is what it was.
      if old.hasState { step.kind = old.kind }
      return step
    }
    switch new.kind {
    case .stateless, .sink: break
    case .source: compareSources(old, new, &step)
    case .keyed:
      let comparison = KeyedComparison(old, new)
      step.reason = comparison.reason
      step.changes += comparison.changes
      step.carried = comparison.carried
      if step.reason != nil {
        step.fate = .incompatible
      } else if comparison.isMigrated {
        step.fate = .migrated
      }
    }
    guard old.processes != new.processes, step.fate != .incompatible else { return step }
    step.changes.append("\(old.processes) -> \(new.processes) processes")
    if step.fate == .kept, new.hasState { step.fate = .rescaled }
    return step
  }

  private static func words(_ kind: StageOutline.Kind) -> String {
    switch kind {
    case .source: "a source"
    case .stateless: "an operator without state"
    case .keyed: "an operator with state"
    case .sink: "a sink"
    }
  }

  private static func compareSources(
    _ old: StageOutline,
    _ new: StageOutline,
    _ step: inout Step
  ) {
    func fail(_ reason: String) {
      step.reason = reason
      step.fate = .incompatible
    }
    guard old.connector == new.connector else {
      fail("it read from \(words(old.connector)) and reads from \(words(new.connector))")
      return
    }
    if old.format != new.format {
      fail("it read \(old.format ?? "nothing") and reads \(new.format ?? "nothing")")
      return
    }
    guard old.eventTime == new.eventTime else {
      let (before, now) = (
        old.eventTime ?? "the time of reading", new.eventTime ?? "the time of reading"
      )
      fail("its event time was '\(before)' and is '\(now)'")
      return
    }
    guard old.processes == new.processes || new.connector == .files else {
      fail(
        "it had \(old.processes) processes and has \(new.processes): what \(words(new.connector)) has "
          + "given cannot be dealt anew"
      )
      return
    }
    for column in new.columns where !old.columns.contains(column) {
      step.changes.append("column '\(column)' added: null where a record lacks it")
    }
    for column in old.columns where !new.columns.contains(column) {
      step.changes.append("column '\(column)' removed")
    }
  }

  private static func words(_ connector: StageOutline.Connector?) -> String {
    switch connector {
    case .files: "files"
    case .followedFiles: "files that it follows"
    case .generator: "a generator"
    case nil: "nothing"
    }
  }

  /// Whether a stage that is new could be one that has gone.
  private static func looksLike(_ old: StageOutline, _ new: StageOutline) -> Bool {
    guard old.kind == new.kind else { return false }
    switch old.kind {
    case .stateless, .sink: return false
    case .source:
      return old.connector == new.connector && old.format == new.format
        && old.eventTime == new.eventTime && old.columns == new.columns
    case .keyed:
      let comparison = KeyedComparison(old, new)
      return comparison.reason == nil && comparison.carried.contains { $0 != nil }
    }
  }
}
