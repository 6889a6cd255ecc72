import Testing
import WeirColumns

@testable import WeirFormats

/// Learned shapes guess how long a value is; where that fails too often, they read as before.
@Suite struct GuessTests {
  private static let schema = RecordSchema([
    RecordField("id", .string, isNeeded: true), RecordField("n", .int, isNeeded: true),
    RecordField("other", .string, isNeeded: false),
  ])

  /// Lines of one shape: lengths hold still, then change at every line for longer than guesses are
  /// given up, and hold still again until they are taken up.
  private static func lines(seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var bytes: [UInt8] = []
    func add(_ count: Int, isEven: Bool) {
      for _ in 0..<count {
        let width = isEven ? 6 : Int.random(in: 0...20, using: &random)
        let id = String(repeating: "x", count: width)
        let number =
          isEven ? 123_456 : Int64.random(in: 0...(1 << Int64(width * 2)), using: &random)
        let escape = Int.random(in: 0..<50, using: &random) == 0 ? "\\n" : ""
        bytes += Array("{\"id\":\"\(id)\(escape)\",\"n\":\(number),\"other\":\"\(id)\"}\n".utf8)
      }
    }
    add(100, isEven: true)
    add(FormatLimits.surprisesToGiveUp * 2 + 50, isEven: false)
    add(FormatLimits.rowsToRetry, isEven: true)
    add(FormatLimits.surprisesToGiveUp * 2 + 50, isEven: false)
    return bytes
  }

  @Test(arguments: [UInt64(1), 2])
  func `rows are the same however often the length of a value was not as guessed`(
    _ seed: UInt64
  ) {
    let input = Self.lines(seed: seed)
    let plain = JSONLinesReader(Self.schema)
    plain.usesShapes = false
    let expected = ReadResult(plain, input, maximumRows: 8192)
    #expect(expected.rejected.isEmpty)
    let result = ReadResult(JSONLinesReader(Self.schema), input, maximumRows: 8192)
    #expect(result == expected, "seed \(seed)")
  }

  @Test(arguments: [
    (ShapeStep.Kind.text, ShapeStep.Kind.evenText), (.passedText, .passedEvenText),
    (.whole, .evenWhole), (.decimal, .decimal), (.general, .general),
  ])
  func `a step gives up after so many wrong guesses, and takes them up again`(
    _ plain: ShapeStep.Kind,
    _ guessing: ShapeStep.Kind
  ) {
    let store = ValueStore(Self.schema)
    var step = ShapeStep(cell: store.cells.cells)
    step.kind = plain
    for _ in 0..<2 {
      step.retry()
      #expect(step.kind == guessing)
      for _ in 0..<FormatLimits.surprisesToGiveUp { step.noteSurprise() }
      #expect(step.kind == guessing)
      step.noteSurprise()
      #expect(step.kind == plain)
    }
  }

  @Test func `a shape takes guessing up again after so many rows`() throws {
    let store = ValueStore(Self.schema)
    let line = Array("{}\n".utf8)
    let shape = try #require(
      line.withUnsafeBytes { LearnedShape($0, [], FieldTree(Self.schema), store) }
    )
    shape.steps[0].kind = .evenText
    for _ in 0...FormatLimits.surprisesToGiveUp { shape.steps[0].noteSurprise() }
    shape.count(rows: FormatLimits.rowsToRetry - 1)
    #expect(shape.steps[0].kind == .text)
    shape.count(rows: 1)
    #expect(shape.steps[0].kind == .evenText)
  }
}
