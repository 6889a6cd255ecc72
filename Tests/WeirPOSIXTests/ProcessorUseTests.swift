import Testing
import WeirPOSIX

@Suite struct ProcessorUseTests {
  private static let statistics = """
    cpu  300 20 100 9000 50 5 5 20 7 0
    cpu0 100 10 50 4000 20 3 2 10 7 0
    cpu1 150 10 40 3000 20 2 3 10 0 0
    cpu10 50 0 10 2000 10 0 0
    intr 12345 0 0
    """

  @Test func `the time that cores are used is all but idle and waiting for disks`() {
    let all = ProcessorUse.of(Self.statistics, allowed: nil, ticksPerSecond: 100)
    #expect(all == ProcessorUse(cores: 3, usedSeconds: 4.5))
    let one = ProcessorUse.of(Self.statistics, allowed: [1, 2], ticksPerSecond: 100)
    #expect(one == ProcessorUse(cores: 1, usedSeconds: 2.15))
    #expect(ProcessorUse.of("", allowed: nil, ticksPerSecond: 100) == nil)
    #expect(ProcessorUse.of(Self.statistics, allowed: [7], ticksPerSecond: 100) == nil)
  }

  @Test func `allowed cores are a list of ranges`() {
    #expect(ProcessorUse.allowed("Name:\tx\nCpus_allowed_list:\t0-2,8\nMems:\t1") == [0, 1, 2, 8])
    #expect(ProcessorUse.allowed("Cpus_allowed_list:\t5") == [5])
    #expect(ProcessorUse.allowed("Name:\tx") == nil)
    #expect(ProcessorUse.allowed("Cpus_allowed_list:\t") == nil)
    #expect(ProcessorUse.allowed("Cpus_allowed_list:\t3-1") == nil)
  }

  @Test func `a control group bounds the cores, or does not`() {
    #expect(ProcessorUse.quota("150000 100000\n") == 1.5)
    #expect(ProcessorUse.quota("max 100000\n") == nil)
    #expect(ProcessorUse.quota("") == nil)
    #expect(ProcessorUse.used("usage_usec 2500000\nuser_usec 1\n") == 2.5)
    #expect(ProcessorUse.used("user_usec 1\n") == nil)
  }

  @Test func `idle is what is left of the cores`() {
    let before = ProcessorUse(cores: 4, usedSeconds: 10)
    let after = ProcessorUse(cores: 4, usedSeconds: 13)
    #expect(after.idleCores(since: before, seconds: 2) == 2.5)
    #expect(after.idleCores(since: before, seconds: 0.5) == 0)
    #expect(before.idleCores(since: after, seconds: 1) == 4)
  }

  @Test func `this machine has cores, and they have been used`() throws {
    let use = try #require(ProcessorUse.current())
    #expect(use.cores > 0)
    #expect(use.usedSeconds > 0)
  }
}
