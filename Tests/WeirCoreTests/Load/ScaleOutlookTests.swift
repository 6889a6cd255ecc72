import Testing
import WeirCore

@Suite struct ScaleOutlookTests {
  private func outlook(
    processes: Int = 2,
    scaling: ScaleLimit? = ScaleLimit(128, .keyGroups),
    hot: HotKeys? = nil,
    idleCores: Double? = 2,
    rates: [Double] = []
  ) -> ScaleOutlook {
    var stage = LoadFixture.stage(
      "totals",
      "operator",
      [],
      Array(repeating: (90, 0), count: processes)
    )
    stage.scaling = scaling
    stage.hotKeys = hot
    for (index, rate) in rates.enumerated() { stage.instances[index].rowsPerSecond = rate }
    return ScaleOutlook(of: stage, on: JobStatus.Machine(cores: 4, idleCores: idleCores))
  }

  @Test func `processes help while there are key groups, cores and no key carries the load`() {
    let outlook = outlook(hot: LoadFixture.hot(0.2))
    #expect(outlook.helps)
    #expect(outlook.limit == nil)
    #expect(outlook.most == 128)
  }

  @Test(arguments: [
    (ScaleLimit(1, .noKey), 1), (ScaleLimit(4, .keyGroups), 4), (ScaleLimit(3, .partitions), 3),
    (ScaleLimit(1, .oneWriter), 1), (ScaleLimit(2, .processes), 2),
  ])
  func `no more than there may be can help`(_ limit: ScaleLimit, _ processes: Int) {
    let outlook = outlook(processes: processes, scaling: limit)
    #expect(!outlook.helps)
    #expect(outlook.limit == limit.reason)
    let less = ScaleLimit(limit.most + 1, limit.reason)
    #expect(self.outlook(processes: processes, scaling: less).helps)
  }

  @Test(arguments: [
    (1, 0.4, true), (1, 0.51, false), (2, 0.5, true), (2, 0.51, false), (4, 0.24, true),
    (4, 0.26, false), (10, 0.09, true), (10, 0.11, false),
  ])
  func `a key with more rows than one process would have is the limit`(
    _ processes: Int,
    _ share: Double,
    _ helps: Bool
  ) {
    let outlook = outlook(processes: processes, hot: LoadFixture.hot(share))
    #expect(outlook.helps == helps)
    #expect(outlook.limit == (helps ? nil : .hotKey))
    #expect((outlook.hotKey?.key == ["c1"]) == !helps)
  }

  @Test func `how much can be gained at most is what its process has besides the key`() {
    let one = outlook(processes: 1, hot: LoadFixture.hot(0.8), rates: [1000])
    #expect(one.speedUpAtMost == 1.25)
    let two = outlook(hot: LoadFixture.hot(0.75), rates: [900, 100])
    #expect(two.speedUpAtMost == 1.2)
    // The sample may say a little more than the counters do.
    let alone = outlook(hot: LoadFixture.hot(0.9), rates: [890, 110])
    #expect(alone.speedUpAtMost == 1)
    let still = outlook(hot: LoadFixture.hot(0.8), rates: [0, 0])
    #expect(still.speedUpAtMost == 1.25)
  }

  @Test func `without an idle core no process helps`() {
    #expect(outlook(idleCores: 0.4).limit == .cores)
    #expect(outlook(idleCores: 0.6).helps)
    #expect(outlook(idleCores: nil).helps)
    #expect(outlook(scaling: nil, idleCores: 0.4).limit == .cores)
  }
}
