import CZeroMQ
import Glibc
import WeirCore

/// Every fault that ZeroMQ and the loop can report: codes E201 to E213, never reused.
package enum ZeroMQErrors {
  static func context(_ number: Int32) -> WeirError {
    fault("E201", "cannot start ZeroMQ", number)
  }

  static func socket(_ kind: ZeroMQSocket.Kind, _ number: Int32) -> WeirError {
    var error = fault("E202", "cannot make a \(kind) socket", number)
    if number == EMFILE {
      error.hint =
        "this context has used up its sockets, or the process its open files: see"
        + " `ulimit -n`"
    }
    return error
  }

  static func option(_ option: String, _ name: String, _ number: Int32) -> WeirError {
    fault("E203", "cannot set the option \(option) of the socket \"\(name)\"", number)
  }

  static func bind(_ endpoint: String, _ number: Int32) -> WeirError {
    fault("E204", "cannot bind a socket to \"\(endpoint)\"", number)
  }

  static func connect(_ endpoint: String, _ number: Int32) -> WeirError {
    fault("E205", "cannot connect a socket to \"\(endpoint)\"", number)
  }

  static func send(_ name: String, _ number: Int32) -> WeirError {
    fault("E206", "cannot send over \"\(name)\"", number)
  }

  static func receive(_ name: String, _ number: Int32) -> WeirError {
    fault("E207", "cannot receive from \"\(name)\"", number)
  }

  static func unknownPeer(_ peer: String, _ name: String) -> WeirError {
    WeirError(
      "E208",
      "cannot send to \"\(peer)\" over \"\(name)\"",
      detail: "no such peer is connected",
      recovery: .restart
    )
  }

  static func malformed(_ name: String, parts: Int, expected: Int) -> WeirError {
    WeirError(
      "E209",
      "cannot read a message from \"\(name)\"",
      detail: "it has \(parts) parts instead of \(expected)",
      hint: "something that is not Weir talks to this socket",
      recovery: .retry
    )
  }

  static func monitor(_ name: String, _ number: Int32) -> WeirError {
    fault("E210", "cannot watch the connections of \"\(name)\"", number)
  }

  static func wakeDescriptor(_ loop: String, _ number: Int32) -> WeirError {
    fault("E211", "cannot make the wake-up descriptor of the loop \"\(loop)\"", number)
  }

  static func taken(_ endpoint: String) -> WeirError {
    WeirError(
      "E212",
      "cannot bind a socket to \"\(endpoint)\"",
      detail: "the name is taken",
      hint: "every start of an instance needs an endpoint of its own",
      blame: .weir,
      recovery: .restart
    )
  }

  static func unbound(_ endpoint: String) -> WeirError {
    WeirError(
      "E213",
      "cannot connect a socket to \"\(endpoint)\"",
      detail: "nothing is bound to it",
      hint: "the instance behind it has not started or has ended",
      recovery: .restart
    )
  }

  private static func fault(_ code: String, _ message: String, _ number: Int32) -> WeirError {
    var error = WeirError(
      code,
      message,
      detail: String(cString: zmq_strerror(number)),
      recovery: .restart
    )
    switch number {
    case EMFILE:
      error.hint = "this process may open no more files: raise `ulimit -n`"
      error.recovery = .stop
    case ENFILE:
      error.hint = "the whole system may open no more files: raise `fs.file-max`"
      error.recovery = .stop
    case EACCES, EPERM:
      error.hint = "check who owns the folder of the sockets"
      error.blame = .user
      error.recovery = .stop
    case ENAMETOOLONG:
      error.hint = "a socket path has at most 107 bytes: set XDG_RUNTIME_DIR to a shorter folder"
      error.blame = .user
      error.recovery = .stop
    default:
      break
    }
    return error
  }
}
