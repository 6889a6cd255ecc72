import Glibc
import Synchronization
import Testing
import WeirCore
import WeirRuntime
import WeirZeroMQ

/// An actor on a loop: counts what reaches it, and ends when told.
private actor Tally {
  nonisolated let loop: LoopExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private(set) var count = 0
  private(set) var turns = 0
  private var isOver = false
  private var wantedTurns: (count: Int, waiter: CheckedContinuation<Void, Never>)?
  private let next: NextTurn

  init(_ loop: LoopExecutor, next: NextTurn = .whenReady) {
    self.loop = loop
    self.next = next
  }

  /// Whether the call ran on the thread of the loop.
  func add() -> Bool {
    count += 1
    return loop.isCurrent
  }

  func end() { isOver = true }

  /// Returns after so many more turns.
  func waitForTurns(_ more: Int) async {
    await withCheckedContinuation { wantedTurns = (turns + more, $0) }
  }

  func pump() -> NextTurn {
    turns += 1
    if let wanted = wantedTurns, turns >= wanted.count {
      wantedTurns = nil
      wanted.waiter.resume()
    }
    return isOver ? .never : next
  }

  /// Queues another job from every job, until the actor is told to end.
  func spin() {
    count += 1
    if !isOver { Task { self.spin() } }
  }
}

@Suite struct LoopExecutorTests {
  @Test func `what has always been due, and what never will be, can be waited for`() throws {
    let loop = try LoopExecutor(name: "test")
    var turns = 0
    loop.run { _ in
      turns += 1
      if turns == 1 { return .at(Instant(nanoseconds: .min)) }
      if turns > 2 { return .never }
      loop.wake()
      return .at(Instant(nanoseconds: .max))
    }
    #expect(turns == 3)
  }

  private func started(_ next: NextTurn = .whenReady) throws -> Tally {
    let tally = Tally(try LoopExecutor(name: "tally"), next: next)
    tally.loop.start { _ in tally.assumeIsolated { $0.pump() } }
    return tally
  }

  private func end(_ tally: Tally) async {
    await tally.end()
    tally.loop.join()
  }

  @Test func `calls from many tasks all run on the loop's thread`() async throws {
    let tally = try started()
    let onLoop = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var all = true
          for _ in 0..<500 { all = await tally.add() && all }
          return all
        }
      }
      var all = true
      for await one in group { all = all && one }
      return all
    }
    #expect(onLoop)
    #expect(await tally.count == 4000)
    #expect(!tally.loop.isCurrent)
    await end(tally)
  }

  @Test func `a wake from another thread gives a turn`() throws {
    let loop = try LoopExecutor(name: "wake")
    var ends: [Int32] = [-1, -1]
    #expect(Glibc.pipe(&ends) == 0)
    let turned = ends[1]
    // Each turn says so with a byte, and the last one ends the loop.
    let count = Mutex(0)
    loop.start { _ in
      write(turned, "t", 1)
      return count.withLock { count in
        count += 1
        return count == 4 ? .never : .whenReady
      }
    }
    var byte: UInt8 = 0
    for _ in 0..<3 {
      #expect(read(ends[0], &byte, 1) == 1)
      loop.wake()
    }
    #expect(read(ends[0], &byte, 1) == 1)
    loop.join()
    for end in ends { Glibc.close(end) }
  }

  @Test func `a deadline gives turns without anything ready`() async throws {
    let tally = try started(.at(Instant(nanoseconds: 0)))
    await tally.waitForTurns(5)
    await end(tally)
  }

  @Test func `a busy loop still runs jobs`() async throws {
    let tally = try started(.now)
    await tally.waitForTurns(5)
    #expect(await tally.add())
    await end(tally)
  }

  @Test func `jobs that queue each other keep nobody waiting`() async throws {
    let tally = try started()
    await tally.spin()
    await tally.waitForTurns(10)
    #expect(await tally.count > 5)
    await end(tally)
  }

  @Test func `the executor can be preferred by a task`() async throws {
    let tally = try started()
    let loop = tally.loop
    let onLoop = await Task(executorPreference: loop) { loop.isCurrent }.value
    #expect(onLoop)
    await end(tally)
  }

  @Test func `the calling thread can be the loop`() throws {
    let loop = try LoopExecutor(name: "main")
    let tally = Tally(loop)
    var turns = 0
    loop.run { ready in
      #expect(ready == [])
      #expect(loop.isCurrent)
      turns += 1
      if turns < 3 { return .now }
      return tally.assumeIsolated {
        #expect($0.loop.isIsolatingCurrentContext() == true)
        return .never
      }
    }
    #expect(turns == 3)
    #expect(!loop.isCurrent)
    #expect(loop.isIsolatingCurrentContext() == false)
  }

  @Test func `descriptors and sockets are told apart, and a removed one is silent`() throws {
    let folder = EndpointFolder()
    let context = try ZeroMQContext()
    let loop = try LoopExecutor(name: "sources")
    var ends: [Int32] = [-1, -1]
    #expect(Glibc.pipe(&ends) == 0)
    let endpoint = folder.next()
    let pull = try ZeroMQSocket(.pull, in: context)
    try pull.bind(endpoint)
    let push = try ZeroMQSocket(.push, in: context)
    try push.connect(endpoint)
    let pipeSource = loop.add(descriptor: ends[0])
    let socketSource = try loop.add(socket: pull)
    let message = ZeroMQMessage()
    var seen: [LoopSource] = []
    let deadline = monotonicNanoseconds() + 20_000_000_000
    var phase = 0
    loop.run { ready in
      seen += ready
      switch phase {
      case 0:
        write(ends[1], "x", 1)
        phase = 1
      case 1 where ready == [pipeSource]:
        // Still readable, but no longer asked for: only the socket can be ready now.
        loop.remove(pipeSource)
        loop.remove(pipeSource)
        #expect((try? push.send(text: "y")) == true)
        phase = 2
      case 2 where ready == [socketSource]:
        #expect((try? pull.receive(into: message)) == true)
        return .never
      default:
        if monotonicNanoseconds() > deadline {
          Issue.record("phase \(phase): ready \(ready)")
          return .never
        }
      }
      return .at(Instant(nanoseconds: deadline))
    }
    #expect(seen == [pipeSource, socketSource])
    for end in ends { Glibc.close(end) }
  }

  @Test func `a socket is ready while messages are left, and is asked when out of the loop`() throws
  {
    let folder = EndpointFolder()
    let context = try ZeroMQContext()
    let loop = try LoopExecutor(name: "left")
    let endpoint = folder.next()
    let pull = try ZeroMQSocket(.pull, in: context)
    try pull.bind(endpoint)
    let push = try ZeroMQSocket(.push, in: context)
    try push.connect(endpoint)
    let source = try loop.add(socket: pull)
    let message = ZeroMQMessage()
    for text in ["a", "b", "c"] { #expect(try push.send(text: text)) }
    // One message a turn, though all may have come at once.
    var texts: [String] = []
    try turn(loop) {
      if try pull.receive(into: message) { texts.append(message.text) }
      return texts.count == 3
    }
    #expect(texts == ["a", "b", "c"])
    #expect(try pull.receive(into: message) == false)
    loop.remove(source)
    // Nobody polls: each receive asks the socket itself.
    #expect(try push.send(text: "d"))
    let deadline = monotonicNanoseconds() + 20_000_000_000
    while try !pull.receive(into: message), monotonicNanoseconds() < deadline {}
    #expect(message.text == "d")
  }

  @Test func `what comes while its receiver sends is received`() throws {
    let folder = EndpointFolder()
    let context = try ZeroMQContext()
    let loop = try LoopExecutor(name: "both ways")
    let endpoint = folder.next()
    let router = try ZeroMQSocket(.router, in: context)
    try router.bind(endpoint)
    let options = ZeroMQSocket.Options(identity: "dealer")
    let dealer = try ZeroMQSocket(.dealer, in: context, options)
    try dealer.connect(endpoint)
    _ = try loop.add(socket: router)
    _ = try loop.add(socket: dealer)
    let (message, identity) = (ZeroMQMessage(), ZeroMQMessage())
    // Both answer each message at once, and say something of their own, so that sends and arrivals
    // overlap in every order.
    #expect(try dealer.send(text: "0"))
    var (toRouter, toDealer) = (0, 0)
    try turn(loop) {
      while toDealer < 2000, try dealer.receive(into: message) {
        toDealer += 1
        if toDealer % 2 == 0 { _ = try dealer.send(text: "\(toDealer)") }
      }
      while toRouter < 1000, try router.receive(into: message, from: identity) {
        toRouter += 1
        for text in ["x", "y"] {
          _ = try router.send(text: text, to: "dealer")
        }
      }
      return toDealer == 2000
    }
    #expect(toRouter == 1000)
  }

  @Test func `the hanging up of a pipe makes it ready`() throws {
    let loop = try LoopExecutor(name: "pipe")
    var ends: [Int32] = [-1, -1]
    #expect(Glibc.pipe(&ends) == 0)
    let source = loop.add(descriptor: ends[0])
    Glibc.close(ends[1])
    var seen: [LoopSource] = []
    let deadline = monotonicNanoseconds() + 20_000_000_000
    loop.run { ready in
      seen += ready
      let isLate = monotonicNanoseconds() > deadline
      return ready.isEmpty && !isLate ? .at(Instant(nanoseconds: deadline)) : .never
    }
    #expect(seen == [source])
    Glibc.close(ends[0])
  }

  @Test func `a turn is never before its time`() throws {
    let loop = try LoopExecutor(name: "time")
    var due: Int64 = 0
    var turns = 0
    loop.run { _ in
      let now = monotonicNanoseconds()
      turns += 1
      #expect(now >= due)
      due = now + 300_000
      return turns < 20 ? .at(Instant(nanoseconds: due)) : .never
    }
  }
}
