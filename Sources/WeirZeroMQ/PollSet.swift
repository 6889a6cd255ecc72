import CLinux
import Glibc
import WeirCore

/// What a loop waits for: descriptors, and sockets by theirs.
///
/// One `ppoll` a round, whatever the number of sockets, with a time-out in nanoseconds: that of
/// `zmq_poll` counts milliseconds, which is long beside a linger of 500 us.
struct PollSet {
  private struct Entry {
    let source: LoopSource
    /// Nil for a plain descriptor.
    let socket: SocketReadiness?
  }

  /// The name of the loop.
  private let name: String
  /// The wake-up descriptor, then those of `entries`.
  private var items: [pollfd]
  private var entries: [Entry] = []
  private var lastSource = 0
  /// What was ready when `wait` returned.
  private(set) var ready: [LoopSource] = []

  /// Descriptors of `items` that belong to no source.
  private static let ownItems = 1

  /// An empty set that also ends its wait when the descriptor is readable.
  init(wake descriptor: Int32, name: String) {
    self.name = name
    items = [Self.item(descriptor)]
  }

  mutating func add(descriptor: Int32) -> LoopSource { add(descriptor, nil) }

  mutating func add(_ socket: SocketReadiness) -> LoopSource { add(socket.descriptor, socket) }

  private mutating func add(_ descriptor: Int32, _ socket: SocketReadiness?) -> LoopSource {
    lastSource += 1
    let source = LoopSource(number: lastSource)
    items.append(Self.item(descriptor))
    entries.append(Entry(source: source, socket: socket))
    return source
  }

  /// Takes a source out, if it is there; O(sources).
  mutating func remove(_ source: LoopSource) {
    guard let index = entries.firstIndex(where: { $0.source == source }) else { return }
    entries.remove(at: index).socket?.endPolling()
    items.remove(at: index + Self.ownItems)
  }

  /// Forgets what was ready.
  mutating func clear() { ready.removeAll(keepingCapacity: true) }

  /// Waits until something is ready, at most so many nanoseconds; nil: without end.
  ///
  /// Fills `ready`, and returns whether the wake-up descriptor was readable. May return early with
  /// nothing ready.
  mutating func wait(nanoseconds: Int64?) -> Bool {
    clear()
    // What was left, or came with a send: the descriptors do not tell of it.
    for entry in entries {
      if let socket = entry.socket, socket.mayReceive, socket.look() { ready.append(entry.source) }
    }
    let limit = ready.isEmpty ? nanoseconds : 0
    // Negative: without end.
    let found = weir_poll(&items, items.count, limit ?? -1)
    guard found >= 0 else {
      let number = errno
      // A signal without a handler of ours, such as a debugger's stop: an empty turn does no harm.
      precondition(
        number == EINTR,
        "the loop \"\(name)\" cannot poll: \(String(cString: strerror(number)))"
      )
      return false
    }
    guard found > 0 else { return false }
    for index in entries.indices where items[index + Self.ownItems].revents != 0 {
      let entry = entries[index]
      if let socket = entry.socket {
        // One that may have messages was looked at above. Not all that happens to it is a message.
        guard !socket.mayReceive, socket.look() else { continue }
      }
      ready.append(entry.source)
    }
    return items[0].revents != 0
  }

  /// Hanging up and errors are reported without being asked for.
  private static func item(_ descriptor: Int32) -> pollfd {
    pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  }
}
