import Testing
import WeirCore

@Suite struct StageMeasureTests {
  private func status(
    incarnation: UInt32 = 1,
    rows: UInt64,
    busy: Int64,
    idle: Int64
  ) -> JobStatus {
    var instance = JobStatus.Instance(
      InstanceID("totals", 0),
      step: .running,
      process: JobStatus.Process(Incarnation(incarnation))
    )
    instance.rowsTaken = rows
    instance.timeSpent = JobStatus.TimeSpent(busy: busy, idle: idle)
    var stage = JobStatus.Stage("totals", instances: [instance])
    stage.kind = "operator"
    stage.counters.rowsIn = rows * 2
    stage.counters.rowsOut = rows / 10
    stage.hotKeys = LoadFixture.hot(0.5)
    stage.scaling = ScaleLimit(4, .keyGroups)
    return LoadFixture.status([stage])
  }

  @Test func `what lies between two looks is measured`() throws {
    let found = StageMeasure.between(
      status(rows: 1000, busy: 1_000_000_000, idle: 4_000_000_000),
      status(rows: 5000, busy: 3_000_000_000, idle: 12_000_000_000)
    )
    let measure = try #require(found.first)
    #expect(measure.rows == 4000)
    #expect(measure.results == 400)
    #expect(measure.time == JobStatus.TimeSpent(busy: 2_000_000_000, idle: 8_000_000_000))
    #expect(measure.seconds == 10)
    #expect(measure.rate == 400)
    #expect(measure.trueRate == 2000)
    #expect(measure.shareTaken == 0.5)
    #expect(measure.isWhole && measure.isKeyed)
    #expect(measure.hottest?.share == 0.5)
    #expect(measure.scaling == ScaleLimit(4, .keyGroups))
  }

  @Test func `a process that was replaced is not counted`() throws {
    let found = StageMeasure.between(
      status(rows: 1000, busy: 1, idle: 1),
      status(incarnation: 2, rows: 5000, busy: 3, idle: 3)
    )
    let measure = try #require(found.first)
    #expect(!measure.isWhole)
    #expect(measure.rows == 0)
    #expect(measure.trueRate == nil)
  }

  @Test func `counts that went back with the state have gained nothing`() throws {
    let found = StageMeasure.between(
      status(rows: 5000, busy: 1, idle: 1),
      status(rows: 1000, busy: 2, idle: 2)
    )
    let measure = try #require(found.first)
    #expect(measure.rows == 0)
    #expect(measure.results == 0)
  }
}
