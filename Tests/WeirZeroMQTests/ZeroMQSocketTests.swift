import CZeroMQ
import Glibc
import Testing
import WeirCore
import WeirZeroMQ

@Suite struct ZeroMQSocketTests {
  private let folder = EndpointFolder()
  private let context: ZeroMQContext
  private let loop: LoopExecutor

  init() throws {
    context = try ZeroMQContext()
    loop = try LoopExecutor(name: "test")
  }

  private func code(_ attempt: () throws -> Void) -> String? {
    do {
      try attempt()
      return nil
    } catch {
      return (error as? WeirError)?.code
    }
  }

  /// Receives so many messages.
  private func texts(_ count: Int, from socket: ZeroMQSocket) throws -> [String] {
    let source = try loop.add(socket: socket)
    defer { loop.remove(source) }
    let message = ZeroMQMessage()
    var texts: [String] = []
    try turn(loop) {
      while texts.count < count, try socket.receive(into: message) { texts.append(message.text) }
      return texts.count == count
    }
    return texts
  }

  @Test func `frames come whole and in order, copied or not`() throws {
    let endpoint = folder.next()
    let pull = try ZeroMQSocket(.pull, in: context)
    try pull.bind(endpoint)
    let push = try ZeroMQSocket(.push, in: context)
    try push.connect(endpoint)
    let sent = (0..<200).map { String(repeating: "\($0),", count: $0 * $0) }
    for (index, text) in sent.enumerated() {
      let isSent = try index % 2 == 0 ? push.send(text: text) : push.send(owning: text)
      #expect(isSent)
    }
    #expect(try texts(sent.count, from: pull) == sent)
    let message = ZeroMQMessage()
    #expect(try pull.receive(into: message) == false)
    #expect(message.bytes.count == 0)
  }

  @Test func `the last words of a peer that goes at once are received, if they are to be kept`()
    throws
  {
    for round in 0..<20 {
      let endpoint = folder.next()
      var router: ZeroMQSocket? = try ZeroMQSocket(
        .router,
        in: ZeroMQContext(),
        ZeroMQSocket.Options(lingerMilliseconds: 10_000)
      )
      try router?.bind(endpoint)
      let dealer = try ZeroMQSocket(.dealer, in: context, .init(keepsLastWords: true))
      try dealer.connect(endpoint)
      #expect(try dealer.send(text: "ask"))
      let (message, sender) = (ZeroMQMessage(), ZeroMQMessage())
      let source = try loop.add(socket: #require(router))
      try turn(loop) { try router?.receive(into: message, from: sender) == true }
      loop.remove(source)
      let isSent = try Array("answer \(round)".utf8).withUnsafeBytes {
        try router?.send($0, to: Array(sender.bytes))
      }
      #expect(isSent == true)
      // The end of its context waits until the answer has left.
      router = nil
      #expect(try texts(1, from: dealer) == ["answer \(round)"])
    }
  }

  @Test func `a kept message is not touched by the next`() throws {
    let endpoint = folder.next()
    let pull = try ZeroMQSocket(.pull, in: context)
    try pull.bind(endpoint)
    let push = try ZeroMQSocket(.push, in: context)
    try push.connect(endpoint)
    let kept = [ZeroMQMessage(), ZeroMQMessage()]
    var count = 0
    #expect(try push.send(text: "one"))
    #expect(try push.send(text: String(repeating: "two", count: 1000)))
    _ = try loop.add(socket: pull)
    try turn(loop) {
      while count < 2, try pull.receive(into: kept[count]) { count += 1 }
      return count == 2
    }
    #expect(kept.map(\.bytes.count) == [3, 3000])
    #expect(kept[0].text == "one")
    kept[0].release()
    #expect(kept[0].bytes.count == 0)
  }

  @Test func `nothing is sent without a peer, and nothing leaks`() throws {
    let push = try ZeroMQSocket(.push, in: context)
    #expect(try push.send(text: "x") == false)
    #expect(try push.send(owning: String(repeating: "x", count: 1000)) == false)
  }

  @Test func `a taken name and a missing one are refused`() throws {
    let endpoint = folder.next()
    let first = try ZeroMQSocket(.pull, in: context)
    try first.bind(endpoint)
    let second = try ZeroMQSocket(.pull, in: context)
    #expect(code { try second.bind(endpoint) } == "E212")
    let push = try ZeroMQSocket(.push, in: context)
    #expect(code { try push.connect(folder.next()) } == "E213")
    #expect(code { try push.connect("nonsense") } == "E205")
    let long = "ipc:///tmp/" + String(repeating: "x", count: 120)
    #expect(code { try second.bind(long) } == "E204")
  }

  @Test func `errors name the endpoint`() throws {
    let endpoint = "ipc://\(folder.path)/none/1"
    let pull = try ZeroMQSocket(.pull, in: context)
    do {
      try pull.bind(endpoint)
      Issue.record("it was bound")
    } catch {
      #expect(error.code == "E204")
      #expect(error.message == "cannot bind a socket to \"\(endpoint)\"")
    }
  }

  @Test func `a router answers whom it knows and refuses whom it does not`() throws {
    let endpoint = folder.next()
    let router = try ZeroMQSocket(.router, in: context)
    try router.bind(endpoint)
    let dealer = try ZeroMQSocket(.dealer, in: context, .init(identity: "declines/0#3"))
    try dealer.connect(endpoint)
    #expect(try dealer.send(text: "bound"))
    let identity = ZeroMQMessage()
    let message = ZeroMQMessage()
    _ = try loop.add(socket: router)
    try turn(loop) { try router.receive(into: message, from: identity) }
    #expect([identity.text, message.text] == ["declines/0#3", "bound"])
    #expect(try router.send(text: "go", to: "declines/0#3"))
    #expect(try texts(1, from: dealer) == ["go"])
    #expect(code { _ = try router.send(text: "go", to: "declines/0#4") } == "E208")
    #expect(try router.send(text: "still", to: "declines/0#3"))
    #expect(try texts(1, from: dealer) == ["still"])
  }

  @Test func `a message of several parts is refused whole`() throws {
    let endpoint = folder.next()
    let pull = try ZeroMQSocket(.pull, in: context)
    try pull.bind(endpoint)
    let router = try ZeroMQSocket(.router, in: context)
    let routerEndpoint = folder.next()
    try router.bind(routerEndpoint)
    let stranger = try #require(zmq_ctx_new())
    let push = try #require(zmq_socket(stranger, ZMQ_PUSH))
    let dealer = try #require(zmq_socket(stranger, ZMQ_DEALER))
    #expect(zmq_connect(push, endpoint) == 0)
    #expect(zmq_connect(dealer, routerEndpoint) == 0)
    for socket in [push, dealer] {
      for (part, flags) in [("a", ZMQ_SNDMORE), ("b", ZMQ_SNDMORE), ("c", 0), ("whole", 0)] {
        #expect(zmq_send(socket, part, part.utf8.count, flags) >= 0)
      }
    }
    let message = ZeroMQMessage()
    let identity = ZeroMQMessage()
    var pulled: [String] = []
    var routed: [String] = []
    _ = try loop.add(socket: pull)
    _ = try loop.add(socket: router)
    try turn(loop) {
      do {
        if try pull.receive(into: message) { pulled.append(message.text) }
      } catch let error as WeirError {
        pulled.append(error.code)
      }
      do {
        if try router.receive(into: message, from: identity) { routed.append(message.text) }
      } catch let error as WeirError {
        routed.append(error.code)
      }
      return pulled.count == 2 && routed.count == 2
    }
    #expect(pulled == ["E209", "whole"])
    #expect(routed == ["E209", "whole"])
    zmq_close(push)
    zmq_close(dealer)
    zmq_ctx_term(stranger)
  }

  // MARK: Ends of connections

  @Test func `a sender learns of the end of its receiver`() throws {
    let endpoint = folder.next()
    let pull = try ZeroMQSocket(.pull, in: context)
    try pull.bind(endpoint)
    let push = try ZeroMQSocket(.push, in: context)
    let monitor = try ZeroMQMonitor(push)
    try push.connect(endpoint)
    _ = try loop.add(monitor: monitor)
    var events: [ZeroMQMonitor.Event] = []
    try turn(loop) {
      while let event = try monitor.next() {
        events.append(event)
        if event == .connected { pull.close() }
      }
      return events.contains(.disconnected)
    }
    #expect(events == [.connected, .disconnected])
    // The event may come before the queue is gone, so the first frames may still be taken, and
    // lost.
    try turn(loop) {
      loop.wake()
      return try !push.send(text: "x")
    }
    pull.close()
  }

  @Test func `a name that the dead left behind is refused`() throws {
    // A socket file to which nobody listens, as kill -9 leaves it.
    let endpoint = folder.next()
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      path.copyBytes(from: Array(endpoint.dropFirst(6).utf8))
    }
    let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    Glibc.close(dead)
    let push = try ZeroMQSocket(.push, in: context)
    let monitor = try ZeroMQMonitor(push)
    try push.connect(endpoint)
    _ = try loop.add(monitor: monitor)
    var event: ZeroMQMonitor.Event?
    try turn(loop) {
      event = try monitor.next()
      return event != nil
    }
    #expect(event == .refused)
  }

  @Test func `whoever sends too much is cut off`() throws {
    let endpoint = folder.next()
    let pull = try ZeroMQSocket(.pull, in: context, .init(largestMessageBytes: 100))
    try pull.bind(endpoint)
    let push = try ZeroMQSocket(.push, in: context)
    let monitor = try ZeroMQMonitor(push)
    try push.connect(endpoint)
    #expect(try push.send(text: String(repeating: "x", count: 100)))
    #expect(try push.send(text: String(repeating: "x", count: 101)))
    _ = try loop.add(monitor: monitor)
    try turn(loop) {
      try monitor.next() == .disconnected
    }
    #expect(try texts(1, from: pull).map(\.utf8.count) == [100])
    #expect(try pull.receive(into: ZeroMQMessage()) == false)
  }

  @Test func `closing twice is allowed and a monitor may end first or last`() throws {
    let pull = try ZeroMQSocket(.pull, in: context)
    let monitor = try ZeroMQMonitor(pull)
    monitor.close()
    monitor.close()
    let second = try ZeroMQMonitor(pull)
    pull.close()
    pull.close()
    second.close()
  }
}
