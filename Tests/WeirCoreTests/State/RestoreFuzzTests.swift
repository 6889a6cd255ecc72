import Testing
import WeirColumns
import WeirCore
import WeirExpressions
import WeirTesting

/// Operators that are restored from sections which are not what was written, though no checksum says
/// so: it is refused, or it is a state that goes on, and never ends the process.
///
/// `ops/fuzz` throws many more.
@Suite struct RestoreFuzzTests {
  fileprivate typealias Chance = WeirTesting.SeededRandom

  /// Every function over every type that it takes.
  private static let aggregates: [AggregateSpec] = {
    var specs = [
      AggregateSpec(.count, name: "rows"), AggregateSpec(.count, filter: 9, name: "filtered"),
    ]
    for function in AggregateFunction.allCases {
      for column in 3...8 {
        let type = TestSchema.fields.fields[column].type
        guard function.resultType(type) != nil else { continue }
        specs.append(
          AggregateSpec(
            function,
            argument: column,
            argumentType: type,
            name: "\(function.rawValue)_\(column)"
          )
        )
      }
    }
    return specs
  }()

  private static let few = aggregates.filter {
    [.count, .countDistinct, .last, .maximum].contains($0.function) && $0.argument ?? 6 == 6
  }

  private struct Case {
    var window: WindowSpec
    var keys: [Int]
    var aggregates: [AggregateSpec]

    func makeOperator() -> any KeyedOperator {
      switch window.shape {
      case .tumbling, .sliding:
        WindowOperator(
          window,
          aggregates,
          keyColumns: keys,
          input: TestSchema.fields,
          keyGroups: 4,
          operatorName: "subject"
        )
      case .session:
        SessionOperator(
          window,
          aggregates,
          keyColumns: keys,
          input: TestSchema.fields,
          keyGroups: 4,
          operatorName: "subject"
        )
      case .running:
        RunningOperator(
          window,
          aggregates,
          keyColumns: keys,
          input: TestSchema.fields,
          keyGroups: 4,
          operatorName: "subject"
        )
      }
    }
  }

  private static func cases(_ random: inout Chance) -> [Case] {
    [
      WindowSpec(.tumbling(size: 40)),
      WindowSpec(.tumbling(size: 40, offset: 3), allowedLateness: 60, early: true),
      WindowSpec(.sliding(size: 60, every: 20)),
      WindowSpec(.sliding(size: 60, every: 20), allowedLateness: 25, early: true),
      WindowSpec(.session(gap: 12)),
      WindowSpec(.session(gap: 12), allowedLateness: 40, early: true),
      WindowSpec(.running),
    ].map { window in
      Case(
        window: window,
        keys: random.element(of: [[0], [0], [3], [7], [5], [0, 6], [6, 3, 0], [5, 7, 4], []]),
        aggregates: random.chance(50) ? few : aggregates
      )
    }
  }

  /// Sections of a state in the middle: of a full snapshot, and perhaps of changes to it.
  private static func sections(
    _ test: Case,
    _ random: inout Chance
  ) throws -> [StateSection] {
    let subject = test.makeOperator()
    var sections: [StateSection] = []
    var watermark = Watermark.start
    var input = RandomInput(seed: random.next())
    for part in 0..<random.integer(1...3) {
      for step in input.steps(random.integer(2...6)) {
        // The end of the input would leave nothing to write.
        if case .watermark(let time) = step, time == .max { continue }
        try run(step, subject, &watermark)
      }
      subject.mark(rewriting: [], isFull: part == 0)
      while !subject.writeSlice(maximumBytes: 1 << 20, into: &sections) {}
    }
    let live = subject.liveTables
    var heads: [StateAddress: Int] = [:]
    for (place, section) in sections.enumerated() where section.isWhole {
      heads[section.address] = place
    }
    // What is whole again stands for all before it; panes that are gone are in no snapshot.
    return sections.enumerated().filter { place, section in
      live.contains(section.address.table) && place >= heads[section.address] ?? 0
    }.sorted {
      ($0.element.address, $0.offset) < ($1.element.address, $1.offset)
    }.map(\.element)
  }

  private static func run(
    _ step: RandomInput.Step,
    _ subject: any KeyedOperator,
    _ watermark: inout Watermark
  ) throws(WeirError) {
    switch step {
    case .rows(let rows):
      try subject.process(TestSchema.batch(rows), watermark: watermark, late: LateRows())
    case .watermark(let time):
      watermark = Watermark(microseconds: max(time, watermark.microseconds))
      subject.advance(to: watermark)
    }
    while true {
      let batch = Batch(subject.output, capacity: 1, bytesPerRow: 0)
      guard case .rows = try subject.emit(maximumRows: 64, into: batch) else { return }
    }
  }

  /// Restores, and goes on to the end; throws what it is refused with.
  private static func goOn(
    _ test: Case,
    _ sections: [StateSection],
    _ seed: UInt64
  ) throws(WeirError) {
    let subject = test.makeOperator()
    for section in sections { try subject.restore(section) }
    try subject.finishRestore()
    var watermark = Watermark.start
    var input = RandomInput(seed: seed)
    for (number, step) in input.steps(6).enumerated() {
      if test.window.early, number % 2 == 0 { subject.requestEarly() }
      try run(step, subject, &watermark)
    }
    var written: [StateSection] = []
    subject.mark(rewriting: [], isFull: false)
    while !subject.writeSlice(maximumBytes: 1 << 20, into: &written) {}
  }

  // MARK: Damage

  private static func damaged(
    _ sections: [StateSection],
    _ random: inout Chance
  ) -> [StateSection] {
    var sections = sections
    for _ in 0..<random.integer(1...3) where !sections.isEmpty {
      let place = random.integer(0...sections.count - 1)
      if random.chance(70) {
        damage(&sections[place].bytes, &random)
      } else {
        damage(&sections, place, &random)
      }
    }
    return sections
  }

  private static func damage(_ bytes: inout [UInt8], _ random: inout Chance) {
    func some() -> Int { bytes.isEmpty ? 0 : random.integer(0...bytes.count - 1) }
    switch random.integer(0...7) {
    case 0: bytes.removeLast(random.integer(0...bytes.count))
    case 1: bytes += (0..<random.integer(1...40)).map { _ in UInt8(random.integer(0...255)) }
    case 2, 3: if !bytes.isEmpty { bytes[some()] ^= 1 << UInt8(random.integer(0...7)) }
    case 4:
      if !bytes.isEmpty { bytes[some()] = random.element(of: [0, 1, 0x7F, 0x80, 0xFE, 0xFF]) }
    default:
      // A number, as wide as numbers are there, that is near its bounds or like another.
      let width = random.element(of: [2, 4, 8])
      guard bytes.count >= width else { return }
      let start = random.integer(0...bytes.count / width - 1) * width
      let source = random.integer(0...bytes.count / width - 1) * width
      let number = random.element(of: [0, 1, .max, .max >> 1, 1 << 63, 1 << 62, random.next()])
      let isCopy = random.chance(40)
      for byte in 0..<width {
        bytes[start + byte] =
          isCopy ? bytes[source + byte] : UInt8(truncatingIfNeeded: number >> UInt64(byte * 8))
      }
    }
  }

  private static func damage(
    _ sections: inout [StateSection],
    _ place: Int,
    _ random: inout Chance
  ) {
    switch random.integer(0...6) {
    case 0: sections.remove(at: place)
    case 1: sections.insert(sections[place], at: place)
    case 2: sections[place].isWhole.toggle()
    case 3: sections[place].address.group = random.element(of: [0, 1, 3, 4, 70_000])
    case 4: sections[place].address.section = random.element(of: [0, 1, 2, 1000, 1 << 31])
    case 5:
      let kind = random.element(of: StateTable.Kind.allCases)
      let bounds: [Int64] = [.min, -1 << 60, -3, -1, 0, 1, 5, 1 << 60, .max]
      sections[place].address.table = StateTable(
        kind,
        first: random.element(of: bounds),
        last: random.element(of: bounds)
      )
    default:
      let other = random.integer(0...sections.count - 1)
      sections[place].bytes = sections[other].bytes
    }
  }

  @Test(arguments: WeirTesting.SeededRandom.seeds(6))
  func `a state that was written wrongly is refused or goes on, and never ends the process`(
    seed: UInt64
  ) throws {
    var random = Chance(seed: seed)
    var (refused, gone) = (0, 0)
    for test in Self.cases(&random) {
      let sections = try Self.sections(test, &random)
      try Self.goOn(test, sections, random.next())
      for _ in 0..<40 {
        do throws(WeirError) {
          try Self.goOn(test, Self.damaged(sections, &random), random.next())
          gone += 1
        } catch {
          refused += 1
          #expect(!error.message.isEmpty)
        }
      }
    }
    #expect(refused > 40 && gone > 20, "\(refused) refused, \(gone) gone on with")
  }
}
