import WeirColumns
import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirWire
import WeirZeroMQ

/// Frames between instances over ZeroMQ: one PULL for all that arrives, one PUSH per peer.
final class FrameLink: FrameGateway {
  private let context: ZeroMQContext
  private let loop: LoopExecutor
  private let endpoint: String
  private let instance: InstanceID
  /// In any layout: which channel leads where does not depend on it.
  private let job: JobPlan
  private let schemas: ChannelSchemas
  private let encoder: FrameEncoder
  private let decoder: FrameDecoder
  private let pool: BatchPool
  private var pull: ZeroMQSocket?
  private var pushes: [(peer: InstanceID, endpoint: String, socket: ZeroMQSocket)] = []
  /// The socket of a channel's other end, for channels that were used.
  private var routes: [ChannelID: Int] = [:]
  private let message = ZeroMQMessage()

  /// Frames below this size are copied by the socket: handing over memory costs more.
  private static let smallestOwned = 16 << 10

  init(
    _ job: JobPlan,
    instance: InstanceID,
    endpoint: String,
    context: ZeroMQContext,
    loop: LoopExecutor,
    pool: BatchPool
  ) {
    self.context = context
    self.loop = loop
    self.endpoint = endpoint
    self.instance = instance
    self.pool = pool
    self.job = job
    schemas = ChannelSchemas(job)
    let policy: CompressionPolicy =
      switch job.batch.compression {
      case .none: .none
      case .lz4: .lz4
      case .auto: .auto
      }
    encoder = FrameEncoder(codec: .lz4, policy: policy)
    decoder = FrameDecoder(codec: .lz4)
  }

  func bind() throws(WeirError) -> String {
    let options = ZeroMQSocket.Options(largestMessageBytes: Int64(WireLimits.bodyLength) * 2)
    let socket = try ZeroMQSocket(.pull, in: context, options)
    try socket.bind(endpoint)
    _ = try loop.add(socket: socket)
    pull = socket
    return endpoint
  }

  func link(_ peers: [Peer]) throws(WeirError) {
    // One whose endpoint has changed is another process: what waits for the one before is lost.
    for push in pushes where !peers.contains(Peer(instance: push.peer, endpoint: push.endpoint)) {
      push.socket.close()
    }
    pushes.removeAll { !peers.contains(Peer(instance: $0.peer, endpoint: $0.endpoint)) }
    try linkMore(peers)
  }

  func linkMore(_ peers: [Peer]) throws(WeirError) {
    routes = [:]
    for peer in peers {
      if let known = pushes.firstIndex(where: { $0.peer == peer.instance }) {
        guard pushes[known].endpoint != peer.endpoint else { continue }
        pushes.remove(at: known).socket.close()
      }
      let socket = try ZeroMQSocket(.push, in: context)
      try socket.connect(peer.endpoint)
      pushes.append((peer.instance, peer.endpoint, socket))
    }
  }

  /// The socket of a channel's other end.
  private func route(_ id: ChannelID) -> Int {
    if let known = routes[id] { return known }
    guard let channel = job.channel(id) else { preconditionFailure("no channel \(id.number)") }
    let other = channel.sender == instance ? channel.receiver : channel.sender
    guard let found = pushes.firstIndex(where: { $0.peer == other }) else {
      preconditionFailure("channel \(id.number) of '\(instance)' is not linked")
    }
    routes[id] = found
    return found
  }

  func send(_ frame: Frame) throws(WeirError) {
    let route = route(frame.header.channel)
    let encoded = encoder.encode(frame)
    let socket = pushes[route].socket
    let isSent =
      if encoded.bytes.count < Self.smallestOwned {
        try socket.send(encoded.bytes)
      } else {
        try socket.send(encoded.bytes, keeping: encoded)
      }
    guard isSent else {
      throw WeirError(
        "E406",
        "cannot send to '\(pushes[route].peer)'",
        detail: "it is no longer connected",
        recovery: .restart
      )
    }
  }

  func receive() throws(WeirError) -> Frame? {
    guard let pull, try pull.receive(into: message) else { return nil }
    defer { message.release() }
    do throws(FrameFault) {
      return try decoder.decode(
        message.bytes,
        schema: { self.schemas.schema(of: $0, $1) },
        pool: pool
      )
    } catch {
      throw error.error
    }
  }

  func close() {
    for push in pushes { push.socket.close() }
    pushes = []
  }
}
