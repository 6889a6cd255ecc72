import Testing
import WeirColumns
import WeirCore

/// State by key group: out of several operators into one, and out of one into several.
@Suite struct RescalingTests {
  private static let keyGroups = 8

  private static func makeOperator(
    _ shape: WindowSpec.Shape,
    keyGroups: Int = keyGroups
  ) -> any KeyedOperator {
    let aggregates = [
      AggregateSpec(.count, name: "rows"),
      AggregateSpec(.sum, argument: 3, argumentType: .int, name: "sum"),
      AggregateSpec(.countDistinct, argument: 6, argumentType: .string, name: "texts"),
      AggregateSpec(.last, argument: 6, argumentType: .string, name: "last"),
    ]
    if case .session = shape {
      return SessionOperator(
        WindowSpec(shape),
        aggregates,
        keyColumns: [0],
        input: TestSchema.fields,
        keyGroups: keyGroups,
        operatorName: "subject"
      )
    }
    return WindowOperator(
      WindowSpec(shape),
      aggregates,
      keyColumns: [0],
      input: TestSchema.fields,
      keyGroups: keyGroups,
      operatorName: "subject"
    )
  }

  private static func group(_ row: TestRow) -> Int {
    let batch = TestSchema.batch([row])
    let buffer = SelectionBuffer(capacity: 1)
    var hash: UInt64 = 0
    withExtendedLifetime(buffer) {
      withUnsafeMutablePointer(to: &hash) {
        KeyHash.hash([batch.columns[0]], buffer.all(1), into: $0)
      }
    }
    return KeyGroups.group(of: hash, of: keyGroups)
  }

  private static func snapshot(_ subject: any KeyedOperator) -> [StateSection] {
    var sections: [StateSection] = []
    subject.mark(rewriting: [], isFull: true)
    while !subject.writeSlice(maximumBytes: 4096, into: &sections) {}
    return sections
  }

  private static func restored(
    _ sections: [StateSection],
    _ shape: WindowSpec.Shape
  ) throws -> any KeyedOperator {
    let subject = makeOperator(shape)
    for section in sections.sorted(by: { $0.address < $1.address }) {
      try subject.restore(section)
    }
    try subject.finishRestore()
    subject.checkInvariants()
    return subject
  }

  private static func play(
    _ steps: some Sequence<RandomInput.Step>,
    _ probes: [OperatorProbe]
  )
    throws
  {
    for step in steps {
      switch step {
      case .rows(let rows):
        for (index, probe) in probes.enumerated() {
          // Group g belongs to the probe g * n / groups.
          try probe.process(rows.filter { group($0) * probes.count / keyGroups == index })
        }
      case .watermark(let time): for probe in probes { try probe.advance(to: time) }
      }
    }
  }

  private static let shapes: [WindowSpec.Shape] = [
    .sliding(size: 50, every: 10), .tumbling(size: 20), .session(gap: 12),
  ]

  @Test(arguments: 0..<3) func `two halves become one, and one becomes two halves`(
    seed: UInt64
  ) throws {
    for shape in Self.shapes {
      var input = RandomInput(seed: seed)
      input.keys = 60
      let steps = input.steps(30)
      let never = OperatorProbe(Self.makeOperator(shape))
      try Self.play(steps, [never])

      let halves = [
        OperatorProbe(Self.makeOperator(shape)), OperatorProbe(Self.makeOperator(shape)),
      ]
      try Self.play(steps.prefix(12), halves)
      let parts = halves.flatMap { Self.snapshot($0.subject) }
      let joined = OperatorProbe(try Self.restored(parts, shape))
      try Self.play(steps.dropFirst(12).prefix(12), [joined])

      let whole = Self.snapshot(joined.subject)
      let quarters = try (0..<4).map { index in
        OperatorProbe(
          try Self.restored(
            whole.filter {
              $0.address.table.kind == .head || $0.address.group * 4 / Self.keyGroups == index
            },
            shape
          )
        )
      }
      try Self.play(steps.dropFirst(24), quarters)
      let said = (halves + [joined] + quarters).flatMap(\.onTime)
      #expect(said.sorted() == never.onTime.sorted(), "\(shape)")
    }
  }

  @Test func `a key group that is not there and sections that come twice are refused`() throws {
    var input = RandomInput(seed: 1)
    let shape = Self.shapes[0]
    let probe = OperatorProbe(Self.makeOperator(shape))
    try Self.play(input.steps(5).dropLast(), [probe])
    let sections = Self.snapshot(probe.subject).sorted { $0.address < $1.address }
    let fewer = Self.makeOperator(shape, keyGroups: 1)
    #expect(
      fewer.description.difference(from: probe.subject.description)
        == "key groups is '8' in the snapshot and '1' here"
    )
    #expect(throws: WeirError.self) {
      for section in sections { try fewer.restore(section) }
    }
    for section in sections where section.address.table.kind != .head {
      let subject = Self.makeOperator(shape)
      for before in sections where before.address < section.address { try subject.restore(before) }
      try subject.restore(section)
      #expect(throws: WeirError.self, "\(section.address)") { try subject.restore(section) }
    }
    #expect(throws: WeirError.self) { try Self.makeOperator(shape).finishRestore() }
  }

  @Test func `sections of damaged bytes are refused or taken, never a trap`() throws {
    var input = RandomInput(seed: 2)
    let shape = Self.shapes[0]
    let probe = OperatorProbe(Self.makeOperator(shape))
    try Self.play(input.steps(5).dropLast(), [probe])
    let sections = Self.snapshot(probe.subject).sorted { $0.address < $1.address }
    var refused = 0
    for _ in 0..<300 {
      let damaged = Int(input.random.integer(0...Int64(sections.count - 1)))
      let subject = Self.makeOperator(shape)
      do {
        for (index, section) in sections.enumerated() {
          var section = section
          if index == damaged {
            let place = Int(input.random.integer(0...Int64(min(7, section.bytes.count - 1))))
            if input.random.chance(50) {
              section.bytes[place] ^= 1 << UInt8(input.random.integer(0...7))
            } else {
              section.bytes.removeLast(place + 1)
            }
          }
          try subject.restore(section)
        }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 200)
  }
}
