import Glibc
import Testing
import WeirPOSIX

/// Processes that are looked at from outside.
@Suite struct OtherProcessTests {
  private func shell(
    _ script: String,
    descriptors: [ChildProcess.Inherited] = []
  ) throws -> ChildProcess {
    try ChildProcess.spawn(
      executable: "/bin/sh",
      arguments: ["sh", "-c", script],
      descriptors: descriptors
    )
  }

  @Test func `a process that lives has a start, memory and processor time`() throws {
    let sample = try #require(ProcessSample(getpid()))
    #expect(sample.startTicks > 0)
    #expect(sample.residentBytes > 1 << 20)
    #expect(sample.processorSeconds > 0)
    #expect(try ProcessSample.current().startTicks == sample.startTicks)
  }

  @Test func `a process that has ended is none, collected or not`() throws {
    let child = try shell("exit 0")
    var item = pollfd(fd: child.descriptor, events: Int16(POLLIN), revents: 0)
    #expect(poll(&item, 1, 30_000) == 1)
    #expect(ProcessSample(child.id) == nil)
    #expect(try child.exitStatus() == .exited(code: 0))
    #expect(ProcessSample(child.id) == nil)
  }

  @Test func `the end of a process is waited for, but not that of another with its number`() throws
  {
    let child = try shell("exec sleep 60")
    let start = try #require(ProcessSample(child.id)?.startTicks)
    #expect(try WatchedProcess(child.id, startTicks: start + 1) == nil)
    let watched = try #require(try WatchedProcess(child.id, startTicks: start))
    #expect(!watched.waitForEnd(milliseconds: 0))
    try child.kill(SIGKILL)
    #expect(watched.waitForEnd(milliseconds: 30_000))
    #expect(try child.waitForEnd() == .signalled(number: SIGKILL))
    #expect(try WatchedProcess(child.id, startTicks: start) == nil)
  }

  @Test func `a child says that it is ready, or ends without a word`() throws {
    for (script, isReady) in [("printf 1 >&3; exec sleep 0", true), ("exit 2", false)] {
      let pipe = try ReadyPipe()
      let child = try shell(script, descriptors: [.init(pipe.writeEnd, as: 3)])
      #expect(pipe.wait() == isReady)
      #expect(try child.waitForEnd() == .exited(code: isReady ? 0 : 2))
    }
  }
}
