import Glibc
import WeirCore

/// The standard output and error of this process, written to directly.
package enum Terminal {
  /// Where to write.
  package enum Stream: Int32, Sendable {
    case output = 1
    case error = 2

    /// How messages call it.
    var name: String {
      switch self {
      case .output: "standard output"
      case .error: "standard error"
      }
    }
  }

  /// Whether a person looks at the stream, so that colours and progress make sense.
  package static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

  /// The columns of the terminal behind a stream, nil if there is none or it does not say.
  package static func width(_ stream: Stream) -> Int? {
    var size = winsize()
    guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Bytes that a pipe takes in one piece or not at all, also from several processes at once.
  package static let atomicByteCount = Int(PIPE_BUF)

  /// Writes all the bytes, waiting for a slow reader; throws E126 if the reader has gone, else
  /// E127.
  package static func write(
    _ bytes: UnsafeRawBufferPointer,
    to stream: Stream
  ) throws(WeirError) {
    let failure = writeAll(bytes, to: stream.rawValue)
    guard failure != 0 else { return }
    if failure == EPIPE { throw PosixErrors.readerGone(stream.name) }
    throw PosixErrors.terminal(stream.name, failure)
  }

  /// Writes a text as it is, without a line end of its own; throws as the other write does.
  package static func write(_ text: String, to stream: Stream) throws(WeirError) {
    var text = text
    // A closure that throws would lose the type of the error.
    let result: Result<Void, WeirError> = text.withUTF8 { utf8 in
      Result { () throws(WeirError) in try write(UnsafeRawBufferPointer(utf8), to: stream) }
    }
    try result.get()
  }

  /// Makes writing to a reader that has gone an error (E126) instead of the end of this process.
  ///
  /// Call it first thing in every process; children that are spawned start with the default again.
  package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}

/// Writes all bytes to a descriptor and returns 0, or the error number that stopped it.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  guard var start = bytes.baseAddress else { return 0 }
  var left = bytes.count
  while left > 0 {
    let count = Glibc.write(descriptor, start, left)
    if count >= 0 {
      start += count
      left -= count
      continue
    }
    switch errno {
    case EINTR:
      continue
    case EAGAIN:
      // Another program may have set the terminal that we share to not blocking.
      var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&item, 1, -1)
    case let number:
      return number
    }
  }
  return 0
}
