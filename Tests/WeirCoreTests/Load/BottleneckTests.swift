import Testing
import WeirCore

@Suite struct BottleneckTests {
  private typealias Times = [(busy: Int64, waiting: Int64)]

  /// The bottleneck of `payments` -> `totals` -> `alerts`.
  private func find(
    _ source: Times,
    _ totals: Times,
    _ sink: Times,
    pace: Double? = nil,
    rate: Double? = nil
  ) -> Bottleneck? {
    var payments = LoadFixture.source(source)
    payments.pace = pace
    payments.rowsPerSecond = rate
    return Bottleneck.find(
      in: LoadFixture.status([
        payments, LoadFixture.stage("totals", "operator", ["payments"], totals),
        LoadFixture.stage("alerts", "sink", ["totals"], sink),
      ])
    )
  }

  @Test func `an operator that is busy while those before it wait is the bottleneck`() {
    let found = find([(38, 62)], [(98, 0)], [(5, 0)])
    #expect(found?.kind == .operator)
    #expect(found?.stage == "totals")
    #expect(found?.reason == .busyAndAwaited)
    #expect(found?.busy == 0.98)
    #expect(found?.waiting == "payments")
    #expect(found?.waitingShare == 0.62)
    #expect(found?.instance == nil)
    #expect(found?.outlook?.helps == true)
  }

  @Test func `a slow sink is, although all before it wait`() {
    let found = find([(10, 90)], [(15, 85)], [(100, 0)])
    #expect(found?.kind == .sink)
    #expect(found?.stage == "alerts")
    #expect(found?.waiting == "totals")
  }

  @Test func `a stage is not whose own waiting keeps it from work`() {
    // It is held back by the sink, which is busy with something every now and then.
    let found = find([(20, 80)], [(40, 60)], [(70, 0)])
    #expect(found?.stage == "alerts")
    #expect(found?.reason == .awaited)
    #expect(found?.busy == 0.7)
  }

  @Test func `of two stages that are busy and awaited the busier one is`() {
    #expect(find([(40, 60)], [(85, 15)], [(99, 0)])?.stage == "alerts")
    #expect(find([(40, 60)], [(88, 12)], [(82, 0)])?.stage == "totals")
    // Of equally busy ones the one nearer to the sinks: it holds up the other.
    #expect(find([(40, 60)], [(85, 15)], [(85, 0)])?.stage == "alerts")
  }

  @Test func `a busy stage for which nobody waits is not`() {
    let found = find([(30, 0)], [(95, 0)], [(5, 0)])
    #expect(found?.kind == Bottleneck.Kind.none)
    #expect(found?.stage == "totals")
    #expect(found?.busy == 0.95)
    #expect(found?.outlook == nil)
  }

  @Test func `a source that reads all the time is, if nobody holds it back`() {
    let found = find([(97, 3)], [(60, 0)], [(5, 0)])
    #expect(found?.kind == .source)
    #expect(found?.reason == .reading)
    #expect(found?.waiting == nil)
  }

  @Test func `a source with a rate is only if it does not keep it`() {
    let kept = find([(97, 0)], [(60, 0)], [(5, 0)], pace: 1000, rate: 990)
    #expect(kept?.kind == Bottleneck.Kind.none)
    let behind = find([(97, 0)], [(60, 0)], [(5, 0)], pace: 1000, rate: 700)
    #expect(behind?.kind == .source)
    #expect(behind?.reason == .behindRate)
  }

  @Test func `nothing is where the sources have no more rows`() {
    let found = find([(12, 0)], [(30, 0)], [(5, 0)])
    #expect(found?.kind == Bottleneck.Kind.none)
    #expect(found?.reason == .input)
    #expect(found?.stage == "totals")
    let idle = find([(0, 0)], [(0, 0)], [(0, 0)])
    #expect(idle?.stage == nil)
  }

  @Test func `a process that is much busier than the others of its stage is named`() {
    let uneven = find([(50, 50)], [(97, 0), (30, 0), (20, 0)], [(5, 0)])
    #expect(uneven?.instance == InstanceID("totals", 0))
    let even = find([(50, 50)], [(97, 0), (90, 0), (85, 0)], [(5, 0)])
    #expect(even?.stage == "totals")
    #expect(even?.instance == nil)
  }

  @Test func `of two operators behind one source the busy one is`() {
    let found = Bottleneck.find(
      in: LoadFixture.status([
        LoadFixture.source([(30, 70), (45, 55)]),
        LoadFixture.stage("declines", "operator", ["payments"], [(99, 0)]),
        LoadFixture.stage("spend", "operator", ["payments"], [(40, 0)]),
      ])
    )
    #expect(found?.stage == "declines")
    #expect(found?.waitingShare == 0.7)
  }

  @Test func `of a run that is not at work, or has told nothing, nothing is known`() {
    let stages = [
      LoadFixture.source([(38, 62)]),
      LoadFixture.stage("totals", "operator", ["payments"], [(98, 0)]),
    ]
    for phase in [JobStatus.Phase.starting, .recovering, .stopping, .ending, .silent] {
      #expect(Bottleneck.find(in: LoadFixture.status(stages, phase: phase)) == nil)
    }
    #expect(Bottleneck.find(in: LoadFixture.status(stages, phase: .draining)) != nil)
    #expect(Bottleneck.find(in: LoadFixture.status([])) == nil)
    var untold = stages
    untold[0].instances[0].shares = nil
    #expect(Bottleneck.find(in: LoadFixture.status(untold)) == nil)
    var finished = stages
    finished[0].hasFinished = true
    #expect(Bottleneck.find(in: LoadFixture.status(finished)) == nil)
  }
}
