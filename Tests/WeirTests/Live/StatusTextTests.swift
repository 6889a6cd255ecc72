import Testing
import WeirCore
import WeirPOSIX

@testable import Weir

struct StatusTextTests {
  @Test func `a status has its checkpoints, its stages and what went wrong`() {
    let text = StatusText.text(SampleStatus.status(), width: nil, isColored: false)
    Golden.expect(text, "status.txt")
  }

  @Test func `runs have a line each, also one that does not answer`() {
    var silent = JobStatus(
      run: SampleStatus.identity("orders", process: 17),
      phase: .silent,
      takenAt: SampleRun.moment(61_000).wall
    )
    silent.failure = nil
    let lines = StatusText.lines(
      of: [SampleStatus.status(), silent],
      width: nil,
      isColored: false
    )
    Golden.expect(lines.joined(separator: "\n") + "\n", "runs.txt")
    #expect(StatusText.lines(of: [], width: nil, isColored: false) == ["no run lives"])
  }

  @Test func `processes are the coordinator, the instances and the spare, as far as they live`() {
    let usage = ProcessSample(startTicks: 1, processorSeconds: 1.5, residentBytes: 12 << 20)
    let processes = LiveProcess.all(of: SampleStatus.status()) { $0 == 5002 ? nil : usage }
    let lines = ProcessesText.lines(
      processes,
      at: SampleRun.moment(5000).wall,
      width: nil,
      isColored: false
    )
    Golden.expect(lines.joined(separator: "\n") + "\n", "processes.txt")
  }

  @Test func `a status counts for each instance what it did itself`() {
    let instances = SampleStatus.status().instances
    #expect(instances.map(\.rowsIn) == [2_500_000, 2_500_000, 2_000_000])
    #expect(instances.map(\.restarts) == [0, 0, 1])
  }

  @Test func `a status tells how each process spends its time`() {
    let instances = SampleStatus.status().instances
    #expect(instances.map { $0.shares?.busy } == [0.25, 0.25, 0.1])
    #expect(instances.map { $0.shares?.backpressured } == [0.75, 0.75, 0])
    #expect(instances.map(\.rowsPerSecond) == [1_250_000, 1_250_000, 1_000_000])
    #expect(instances.map(\.rowsTaken) == [2_500_000, 2_500_000, 2_000_000])
    #expect(
      instances[0].timeSpent == JobStatus.TimeSpent(busy: 500_000_000, backpressured: 1_500_000_000)
    )
  }

  @Test func `a process that begins anew has spent what it has since then`() {
    var state = SampleRun.state()
    let progress = SampleRun.progress(
      [(0, 0, 0), (0, 0, 0), (2_200_000, 2_200_000, 0)],
      busy: 30_000_000,
      idle: 70_000_000
    )
    state.take(.progress(InstanceID("alerts", 0), progress), at: SampleRun.moment(2100))
    var status = SampleStatus.status()
    state.complete(&status, at: SampleRun.moment(2100))
    #expect(status.instances.last?.shares?.busy == 0.3)
  }

  // MARK: Where it is hot

  /// A status of a run with an operator, and what is hot in it.
  private func load(_ change: (inout JobStatus) -> Void = { _ in }) -> String {
    var status = SampleStatus.status()
    status.phase = .running
    var totals = JobStatus.Stage(
      "totals",
      instances: (0..<2).map {
        JobStatus.Instance(InstanceID("totals", $0), step: .running, process: nil)
      }
    )
    totals.kind = "operator"
    totals.feeders = ["payments"]
    totals.scaling = ScaleLimit(128, .keyGroups)
    for index in 0..<2 {
      totals.instances[index].shares = JobStatus.Shares(busy: 0.97, backpressured: 0, idle: 0.03)
      totals.instances[index].rowsPerSecond = index == 0 ? 9500 : 500
    }
    status.stages.append(totals)
    status.machine = JobStatus.Machine(cores: 8, idleCores: 2.5)
    change(&status)
    status.bottleneck = Bottleneck.find(in: status)
    let lines = StatusText.text(status, width: nil, isColored: false).split(separator: "\n")
    return lines.filter {
      $0.hasPrefix("bottleneck") || $0.hasPrefix("  more") || $0.hasPrefix("hottest")
    }.joined(separator: "\n")
  }

  @Test func `the bottleneck is named, and why, and whether processes help`() {
    #expect(
      load() == """
        bottleneck: operator totals: busy 97 %, and payments waits for it 75 % of its time
          more processes can help: it may have 128, and 2.5 cores idle
        """
    )
    #expect(
      load { $0.machine = JobStatus.Machine(cores: 2, idleCores: 0.1) }.hasSuffix(
        "more processes cannot help: the machine has no idle core (0.1 of 2 cores)"
      )
    )
    #expect(
      load { $0.stages[3].scaling = ScaleLimit(2, .keyGroups) }.hasSuffix(
        "cannot help: each of the 2 key groups ('key_groups') belongs to one"
      )
    )
    let uneven = load { $0.stages[3].instances[1].shares?.busy = 0.1 }
    let name = "bottleneck: operator totals, its process totals/0: busy 97 %"
    #expect(uneven.hasPrefix(name))
  }

  @Test func `a key that carries the load is named`() {
    let text = load {
      let key = HotKeys.Key(
        ["c1", "DE"],
        share: 0.9,
        error: 0.002,
        instance: InstanceID("totals", 0)
      )
      let other = HotKeys.Key(["c2", "US"], share: 0.0125, error: 0, instance: key.instance)
      $0.stages[3].hotKeys = HotKeys(columns: ["card", "country"], keys: [key, other])
    }
    #expect(
      text == """
        bottleneck: operator totals: busy 97 %, and payments waits for it 75 % of its time
          more processes cannot help: key 'c1' 'DE' alone has 90.0 % of its rows, and totals/0 all \
        of them: at most 1.1 times faster, however many there are
        hottest keys of totals by card, country: 'c1' 'DE' 90.0 %, 'c2' 'US' 1.3 %
        """
    )
  }

  @Test func `where nothing waits, the source is the bottleneck or nothing is`() {
    func source(_ busy: Double) -> String {
      load {
        for index in 0..<2 {
          $0.stages[0].instances[index].shares = JobStatus.Shares(
            busy: busy,
            backpressured: 0,
            idle: 1 - busy
          )
        }
      }
    }
    #expect(
      source(0.9).hasPrefix(
        "bottleneck: source payments: busy 90 %, it reads as fast as it can, and nothing waits"
      )
    )
    #expect(
      source(0.5)
        == "bottleneck: none: the sources have no more rows to give; the busiest stage is totals, "
        + "busy 97 %"
    )
  }

  @Test func `how busy the machine is, is seen between looks`() {
    var meter = MachineMeter()
    #expect(meter.machine == nil)
    func look(_ milliseconds: Int64, _ used: Double) {
      let now = SampleRun.moment(milliseconds).instant
      meter.note(ProcessorUse(cores: 4, usedSeconds: used), at: now)
    }
    look(0, 100)
    #expect(meter.machine == JobStatus.Machine(cores: 4))
    #expect(!meter.isDue(at: SampleRun.moment(100).instant))
    #expect(meter.isDue(at: SampleRun.moment(500).instant))
    for second in 1...10 { look(Int64(second) * 1000, 100 + Double(second) * 3) }
    #expect(meter.machine == JobStatus.Machine(cores: 4, idleCores: 1))
    for second in 11...20 { look(Int64(second) * 1000, 130) }
    #expect(meter.machine == JobStatus.Machine(cores: 4, idleCores: 4))
  }

  @Test func `how old a checkpoint of an earlier coordinator is, is known while it is the last`() {
    let earlier = SampleRun.moment(-7000).wall
    var state = RunState(SampleRun.job(), at: SampleRun.moment(0))
    state.goOn(fromCheckpointAt: earlier)
    func lastAt() -> WallTime? {
      var status = SampleStatus.status()
      state.complete(&status, at: SampleRun.moment(1000))
      return status.checkpoints?.lastAt
    }
    #expect(lastAt() == earlier)
    state.take(.checkpointed(Epoch(13), nanoseconds: 5), at: SampleRun.moment(500))
    #expect(lastAt() == SampleRun.moment(500).wall)
    let damage = WeirError("E515", "the state is damaged")
    state.take(.checkpointBroken(Epoch(13), damage), at: SampleRun.moment(600))
    #expect(lastAt() == nil)
  }

  @Test func `only the latest incidents are kept`() {
    var state = RunState(SampleRun.job(), at: SampleRun.moment(0))
    for number in 0..<100 {
      let error = WeirError("E404", "death \(number)")
      state.take(.died(InstanceID("alerts", 0), error), at: SampleRun.moment(Int64(number)))
    }
    #expect(state.incidents.count == Limits.keptIncidents)
    #expect(state.incidents.last?.error.message == "death 99")
  }

  @Test func `the end of a run is a sentence about what the next one does`() {
    var end = SampleStatus.status()
    end.outcome = .finished
    #expect(StopCommand.text(end).contains("all of it is visible"))
    end.outcome = .stopped
    #expect(
      StopCommand.text(end)
        == "harbor stopped after 2.0 s: the next 'weir run' goes on from checkpoint 12"
    )
    end.checkpoints?.last = nil
    #expect(StopCommand.text(end).contains("begins anew"))
    end.checkpoints = nil
    #expect(StopCommand.text(end) == "harbor stopped after 2.0 s")
  }
}
