import Testing
import WeirColumns
import WeirCore
import WeirExpressions

/// State that goes on under other aggregates.
struct SectionMigrationTests {
  private static let keyGroups = 4

  private static func text(_ function: AggregateFunction, _ name: String) -> AggregateSpec {
    AggregateSpec(function, argument: 6, argumentType: .string, name: name)
  }

  private static let rows = AggregateSpec(.count, name: "rows")
  private static let filtered = AggregateSpec(.count, filter: 9, name: "filtered")
  private static let total = AggregateSpec(
    .sum,
    argument: 4,
    argumentType: .decimal(scale: 2),
    name: "total"
  )
  private static let newSum = AggregateSpec(.sum, argument: 3, argumentType: .int, name: "new_sum")
  private static let newLast = AggregateSpec(
    .last,
    argument: 3,
    argumentType: .int,
    name: "new_last"
  )

  /// What a state had, what it is to have, and what of that is carried.
  private struct Change {
    var old: [AggregateSpec]
    var new: [AggregateSpec]
    var carried: [Int?]
  }

  private static let changes = [
    // Something comes, in another order.
    Change(
      old: [rows, total, text(.last, "last")],
      new: [newSum, text(.last, "last"), rows, newLast, total],
      carried: [nil, 2, 0, nil, 1]
    ),
    // Something goes that owns no bytes; the rows are known although nobody counted them.
    Change(
      old: [total, filtered, text(.maximum, "most")],
      new: [rows, text(.maximum, "most")],
      carried: [nil, 2]
    ),
    // What owns bytes goes, and something of the kind stays.
    Change(
      old: [text(.countDistinct, "distinct"), rows, text(.last, "last"), text(.maximum, "most")],
      new: [text(.maximum, "most"), newSum, rows],
      carried: [3, nil, 1]
    ),
    // Nothing stays but the keys and how many rows there are.
    Change(old: [text(.last, "last")], new: [newSum], carried: [nil]),
  ]

  private static let windows = [
    WindowSpec(.tumbling(size: 40)),
    WindowSpec(.tumbling(size: 40, offset: 3), allowedLateness: 60),
    WindowSpec(.sliding(size: 60, every: 20)),
    WindowSpec(.sliding(size: 60, every: 20), allowedLateness: 25, early: true),
    WindowSpec(.session(gap: 12)), WindowSpec(.session(gap: 12), allowedLateness: 40),
    WindowSpec(.running),
  ]

  private static func makeOperator(
    _ window: WindowSpec,
    _ aggregates: [AggregateSpec]
  ) -> any KeyedOperator {
    switch window.shape {
    case .tumbling, .sliding:
      WindowOperator(
        window,
        aggregates,
        keyColumns: [0, 6],
        input: TestSchema.fields,
        keyGroups: keyGroups,
        operatorName: "subject"
      )
    case .session:
      SessionOperator(
        window,
        aggregates,
        keyColumns: [0, 6],
        input: TestSchema.fields,
        keyGroups: keyGroups,
        operatorName: "subject"
      )
    case .running:
      RunningOperator(
        window,
        aggregates,
        keyColumns: [0, 6],
        input: TestSchema.fields,
        keyGroups: keyGroups,
        operatorName: "subject"
      )
    }
  }

  /// Sections of a state in the middle, with changes behind what they change, as a restore has them.
  private static func sections(
    _ subject: any KeyedOperator,
    isFull: Bool,
    behind before: [StateSection]
  ) -> [StateSection] {
    var sections = before
    subject.mark(rewriting: [], isFull: isFull)
    while !subject.writeSlice(maximumBytes: 4096, into: &sections) {}
    let live = subject.liveTables
    var last: [StateAddress: Int] = [:]
    for (place, section) in sections.enumerated() where section.isWhole {
      last[section.address] = place
    }
    return sections.enumerated().filter { place, section in
      live.contains(section.address.table) && place >= last[section.address] ?? 0
    }
    .sorted { ($0.element.address, $0.offset) < ($1.element.address, $1.offset) }.map(\.element)
  }

  /// The sections as those of a state with other aggregates.
  private static func migrated(
    _ sections: [StateSection],
    _ old: any KeyedOperator,
    _ new: any KeyedOperator,
    _ change: Change
  ) throws -> [StateSection] {
    let before = try #require(StateShape(old.description))
    let after = try #require(StateShape(new.description))
    var migration = SectionMigration(from: before, to: after, carried: change.carried)
    var taken = sections
    if ReleasedState.mustRelease(migration.removed, of: before) {
      let released = ReleasedState(before)
      for section in sections { try released.restore(section) }
      try released.release(migration.removed)
      taken = []
      while true {
        let next = released.next(maximumBytes: 4096)
        if next.isEmpty { break }
        taken += next
      }
      taken = taken.enumerated()
        .sorted { ($0.element.address, $0.offset) < ($1.element.address, $1.offset) }
        .map(\.element)
    }
    var migrated: [StateSection] = []
    for section in taken { try migration.take(section, into: &migrated) }
    migration.finish(into: &migrated)
    return migrated
  }

  @Test(arguments: 0..<6) func `what is carried goes on, and what is new begins with no value`(
    seed: UInt64
  ) throws {
    for (number, change) in Self.changes.enumerated() {
      for window in Self.windows {
        var input = RandomInput(seed: seed)
        input.keys = 40
        // Before the change nothing has a value that only the new aggregates see.
        let steps = input.steps(24, most: 40)
        let before = steps.prefix(24).map { step -> RandomInput.Step in
          guard case .rows(var rows) = step else { return step }
          for place in rows.indices { rows[place].values[3] = nil }
          return .rows(rows)
        }
        let after = Array(steps.dropFirst(24))
        let never = OperatorProbe(Self.makeOperator(window, change.new))
        let old = OperatorProbe(Self.makeOperator(window, change.old))
        try Self.play(before, never)
        let half = before.count / 2
        try Self.play(before.prefix(half), old)
        var sections = Self.sections(old.subject, isFull: true, behind: [])
        try Self.play(before.dropFirst(half), old)
        sections = Self.sections(old.subject, isFull: false, behind: sections)
        let subject = Self.makeOperator(window, change.new)
        for section in try Self.migrated(sections, old.subject, subject, change) {
          try subject.restore(section)
        }
        try subject.finishRestore()
        subject.checkInvariants()
        let gone = never.onTime.count
        let new = OperatorProbe(subject)
        let marks = before.compactMap { step -> Int64? in
          if case .watermark(let time) = step { time } else { nil }
        }
        if let mark = marks.max() { try new.advance(to: mark) }
        try Self.play(after, never)
        try Self.play(after, new)
        let said = new.onTime.sorted()
        #expect(
          said == Array(never.onTime.dropFirst(gone)).sorted(),
          "change \(number), \(window), seed \(seed)"
        )
      }
    }
  }

  @Test func `preliminary results may begin and end`() throws {
    let aggregates = [Self.rows, Self.total, Self.text(.last, "last")]
    let change = Change(old: aggregates, new: aggregates, carried: [0, 1, 2])
    for isEarly in [false, true] {
      var input = RandomInput(seed: 9)
      let steps = input.steps(20, most: 30)
      let shape = WindowSpec.Shape.sliding(size: 60, every: 20)
      let before = WindowSpec(shape, early: isEarly)
      let after = WindowSpec(shape, early: !isEarly)
      let never = OperatorProbe(Self.makeOperator(after, aggregates))
      let old = OperatorProbe(Self.makeOperator(before, aggregates))
      for probe in [never, old] { try Self.play(steps.prefix(14), probe) }
      let subject = Self.makeOperator(after, aggregates)
      let sections = Self.sections(old.subject, isFull: true, behind: [])
      for section in try Self.migrated(sections, old.subject, subject, change) {
        try subject.restore(section)
      }
      try subject.finishRestore()
      let gone = never.onTime.count
      let new = OperatorProbe(subject)
      let marks = steps.prefix(14).compactMap { step -> Int64? in
        if case .watermark(let time) = step { time } else { nil }
      }
      if let mark = marks.max() { try new.advance(to: mark) }
      for probe in [never, new] { try Self.play(steps.dropFirst(14), probe) }
      #expect(new.onTime.sorted() == Array(never.onTime.dropFirst(gone)).sorted(), "\(isEarly)")
    }
  }

  private static func play(_ steps: some Sequence<RandomInput.Step>, _ probe: OperatorProbe) throws
  {
    for step in steps {
      switch step {
      case .rows(let rows): try probe.process(rows)
      case .watermark(let time): try probe.advance(to: time)
      }
    }
  }

  @Test func `a description says what is needed to read the state`() throws {
    for window in Self.windows {
      for change in Self.changes {
        let subject = Self.makeOperator(window, change.old)
        let shape = try #require(StateShape(subject.description))
        #expect(shape.makeOperator().description == subject.description)
        #expect(shape.window == window)
      }
    }
    for text in [
      "", "format: 2\n", "stage: a\nformat: 2\nwindow: none\nkey groups: 0\nkey hash: 1\n",
    ] {
      let description = try #require(StateDescription(text: text))
      #expect(StateShape(description) == nil)
    }
  }
}
