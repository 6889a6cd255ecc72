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
