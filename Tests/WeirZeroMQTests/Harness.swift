import Glibc
import Testing
import WeirCore
import WeirRuntime
import WeirTesting
import WeirZeroMQ

/// A folder of its own for the endpoints of one test, removed with the object.
final class EndpointFolder {
  private let folder = TemporaryFolder()
  private var count = 0

  var path: String { folder.path }

  /// An endpoint that nobody has used.
  func next() -> String {
    count += 1
    return "ipc://\(path)/\(count)"
  }
}

/// Turns a loop on the calling thread until the work is done; an issue after 20 seconds.
func turn(_ loop: LoopExecutor, until isDone: () throws -> Bool) throws {
  let deadline = monotonicNanoseconds() + 20_000_000_000
  var failure: (any Error)?
  loop.run { _ in
    do {
      if try isDone() { return .never }
    } catch {
      failure = error
      return .never
    }
    if monotonicNanoseconds() > deadline {
      Issue.record("nothing came within 20 seconds")
      return .never
    }
    return .at(Instant(nanoseconds: deadline))
  }
  if let failure { throw failure }
}

func monotonicNanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

extension ZeroMQSocket {
  func send(text: String) throws -> Bool {
    try Array(text.utf8).withUnsafeBytes { try send($0) }
  }

  func send(text: String, to identity: String) throws -> Bool {
    try Array(text.utf8).withUnsafeBytes { try send($0, to: identity) }
  }

  /// The same without a copy, from memory of its own.
  func send(owning text: String) throws -> Bool {
    let bytes = Array(text.utf8)
    let memory = try #require(malloc(max(bytes.count, 1)))
    let buffer = UnsafeMutableRawBufferPointer(start: memory, count: bytes.count)
    buffer.copyBytes(from: bytes)
    return try send(owning: buffer)
  }
}

extension ZeroMQMessage {
  var text: String { String(decoding: bytes, as: UTF8.self) }
}
