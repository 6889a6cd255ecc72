import CLinux
import Glibc
import Testing
import WeirCore
import WeirPOSIX

@Suite struct ProcessTests {
  private func shell(
    _ script: String,
    name: String = "sh",
    environment: [String: String]? = nil,
    descriptors: [ChildProcess.Inherited] = []
  ) throws -> ChildProcess {
    try ChildProcess.spawn(
      executable: "/bin/sh",
      arguments: [name, "-c", script],
      environment: environment,
      descriptors: descriptors
    )
  }

  private func end(_ child: ChildProcess) throws -> ChildProcess.ExitStatus? {
    #expect(becomesReadable(child.descriptor))
    return try child.exitStatus()
  }

  /// What a script writes to a descriptor of its own, number 5.
  private func output(
    _ script: String,
    name: String = "sh",
    environment: [String: String]? = nil
  ) throws -> String {
    let ends = try Pipe()
    let child = try shell(
      script,
      name: name,
      environment: environment,
      descriptors: [.init(ends.writeEnd, as: 5)]
    )
    ends.closeWriteEnd()
    let text = drain(ends.readEnd)
    _ = try end(child)
    return text
  }

  @Test func `an exit code and a signal are told apart, as often as asked`() throws {
    let exited = try shell("exit 7")
    #expect(try end(exited) == .exited(code: 7))
    #expect(try exited.exitStatus() == .exited(code: 7))
    let killed = try shell("read line < /dev/zero")
    #expect(try killed.exitStatus() == nil)
    #expect(!isReadable(killed.descriptor))
    try killed.kill(SIGKILL)
    #expect(try end(killed) == .signalled(number: SIGKILL))
    try killed.kill(SIGTERM)
  }

  @Test func `a program that does not exist is named`() {
    do {
      _ = try ChildProcess.spawn(executable: "/none/weir", arguments: ["weir"])
      Issue.record("it was spawned")
    } catch {
      #expect(error.code == "E118")
      #expect(error.message == "cannot start the process \"/none/weir\"")
      #expect(error.detail == "No such file or directory")
    }
  }

  @Test func `the first argument is the name that ps shows`() throws {
    let name = "weir harbor-fleet declines/0"
    #expect(try output("tr '\\0' '|' < /proc/$$/cmdline >&5", name: name).hasPrefix("\(name)|-c|"))
  }

  @Test func `a child has the descriptors it was given and no others`() throws {
    let pipe = try Pipe()
    // Not close-on-exec, as a careless library leaves them, and above what a shell uses itself.
    let strays = [300, 301].map { fcntl(pipe.readEnd, F_DUPFD, $0) }
    defer {
      for stray in strays { close(stray) }
    }
    let numbers = (strays + [5]).map { "/proc/$$/fd/\($0)" }
    let text = try output("ls -d \(numbers.joined(separator: " ")) 2> /dev/null | wc -l >&5")
    #expect(text == "1\n")
  }

  @Test func `descriptors can change places`() throws {
    let first = try Pipe()
    let second = try Pipe()
    let script = "echo \"$0\" > /proc/self/fd/$1; echo \"$2\" > /proc/self/fd/$3"
    let child = try ChildProcess.spawn(
      executable: "/bin/sh",
      arguments: [
        "sh", "-c", script, "to first", "\(second.writeEnd)", "to second", "\(first.writeEnd)",
      ],
      descriptors: [
        .init(first.writeEnd, as: second.writeEnd), .init(second.writeEnd, as: first.writeEnd),
      ]
    )
    first.closeWriteEnd()
    second.closeWriteEnd()
    let texts = [drain(first.readEnd), drain(second.readEnd)]
    #expect(try end(child) == .exited(code: 0))
    #expect(texts == ["to first\n", "to second\n"])
  }

  @Test func `the environment is the one given, and standard input is empty`() throws {
    #expect(try output("env | grep WEIR >&5; cat >&5", environment: ["WEIR": "1"]) == "WEIR=1\n")
    #expect(try output("echo $HOME >&5") == "\(ProcessIdentity.environment["HOME"] ?? "")\n")
  }

  @Test func `a child has its own process group unless told otherwise`() throws {
    let script = "read -r _ _ _ _ group _ < /proc/self/stat; test $group = $$"
    let own = try shell(script)
    #expect(try end(own) == .exited(code: 0))
    let shared = try ChildProcess.spawn(
      executable: "/bin/sh",
      arguments: ["sh", "-c", script],
      inOwnGroup: false
    )
    #expect(try end(shared) == .exited(code: 1))
  }

  @Test func `signals are read in one place, and children are free of the mask`() throws {
    var before = sigset_t()
    pthread_sigmask(SIG_SETMASK, nil, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let signals = try SignalDescriptor([SIGUSR1, SIGUSR2])
    #expect(try signals.next() == nil)
    #expect(!isReadable(signals.descriptor))
    // To this thread only: the other threads of the tests do not block it.
    pthread_kill(pthread_self(), SIGUSR2)
    #expect(becomesReadable(signals.descriptor))
    #expect(try signals.next() == SIGUSR2)
    #expect(try signals.next() == nil)
    let child = try shell("kill -USR1 $$; exit 3")
    #expect(try end(child) == .signalled(number: SIGUSR1))
  }

  @Test func `a child starts with the default for broken pipes`() throws {
    Terminal.ignoreBrokenPipes()
    #expect(try end(try shell("kill -PIPE $$; exit 3")) == .signalled(number: SIGPIPE))
  }

  @Test func `the life pipe hangs up when its owner is gone`() throws {
    var pipe: LifePipe? = try LifePipe()
    let copy = dup(pipe?.readEnd ?? -1)
    defer { close(copy) }
    #expect(!isReadable(copy))
    let child = try shell("read line <&3; exit 4", descriptors: [.init(copy, as: 3)])
    pipe = nil
    // Not at once: a child that another test is starting holds a copy until its program begins.
    #expect(becomesReadable(copy))
    #expect(try end(child) == .exited(code: 4))
  }

  @Test func `a process whose coordinator has ended does not begin`() throws {
    var pipe: LifePipe? = try LifePipe()
    let copy = dup(pipe?.readEnd ?? -1)
    defer {
      close(copy)
      weir_set_parent_death_signal(0)
    }
    try ParentDeath.arrange(lifePipe: copy)
    pipe = nil
    #expect(becomesReadable(copy))
    #expect(throws: WeirError.self) { try ParentDeath.arrange(lifePipe: copy) }
  }

  @Test func `usage counts time and memory`() throws {
    let usage = try ProcessUsage.current()
    #expect(usage.processorSeconds > 0)
    #expect(usage.residentBytes > 1 << 20)
    #expect(usage.peakBytes >= usage.residentBytes)
  }

  @Test func `this program can be named and started again`() throws {
    let path = try ProcessIdentity.executablePath()
    #expect(path.hasPrefix("/"))
    #expect(access(path, X_OK) == 0)
    #expect(access(ProcessIdentity.executable, X_OK) == 0)
  }

  @Test func `clocks move on`() {
    let start = MonotonicClock.now()
    #expect(MonotonicClock.now() >= start)
    #expect(WallClock.now().microseconds > 1_700_000_000_000_000)
  }

  @Test func `a stream is a terminal only if the system says so`() {
    #expect(Terminal.isTerminal(.output) == (isatty(1) == 1))
    #expect((Terminal.width(.output) ?? 1) > 0)
  }

  @Test func `a huge page is only advice`() {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 4096)
    defer { memory.deallocate() }
    HugePages.advise(memory)
    HugePages.advise(UnsafeMutableRawBufferPointer(rebasing: memory[1..<10]))
    memory.initializeMemory(as: UInt8.self, repeating: 1)
    #expect(memory[memory.count - 1] == 1)
  }
}

/// Both ends of a pipe, closed with the object.
private final class Pipe {
  let readEnd: Int32
  private(set) var writeEnd: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(weir_pipe(&ends) == 0)
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(readEnd)
    closeWriteEnd()
  }

  func closeWriteEnd() {
    if writeEnd >= 0 { close(writeEnd) }
    writeEnd = -1
  }
}
