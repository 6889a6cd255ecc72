import Glibc
import Weir
import WeirCore
import WeirPOSIX
import WeirZeroMQ

/// How long a process takes from being spawned to its first message.
enum StartScenario {
  static let name = "start spawn to hello"
  private static let runs = 50

  /// Spawns instances one after the other; prints the median and the slowest.
  static func measure() throws(WeirError) {
    let endpoint = "ipc:///tmp/weir-bench-\(getpid())"
    let loop = try LoopExecutor(name: "start")
    let context = try ZeroMQContext()
    let router = try ZeroMQSocket(.router, in: context)
    try router.bind(endpoint)
    _ = try loop.add(socket: router)
    let life = try LifePipe()
    let message = ZeroMQMessage()
    let sender = ZeroMQMessage()
    var milliseconds: [Double] = []
    var fault: WeirError?
    var began = 0.0
    var child: ChildProcess?
    loop.run { _ in
      do throws(WeirError) {
        if child != nil {
          guard try router.receive(into: message, from: sender) else { return .whenReady }
          milliseconds.append((now() - began) * 1e3)
          try child?.kill(SIGKILL)
          child = nil
          if milliseconds.count == runs { return .never }
        }
        began = now()
        child = try spawn(milliseconds.count, endpoint, life)
        return .whenReady
      } catch {
        fault = error
        return .never
      }
    }
    if let fault { throw fault }
    milliseconds.sort()
    print(
      "{\"scenario\":\"\(name)\",\"runs\":\(runs),\"median_ms\":\(digits(milliseconds[runs / 2])),"
        + "\"slowest_ms\":\(digits(milliseconds[runs - 1]))}"
    )
  }

  private static func spawn(
    _ number: Int,
    _ endpoint: String,
    _ life: LifePipe
  ) throws(WeirError) -> ChildProcess {
    let arguments = InstanceArguments(
      run: "start",
      instance: InstanceID("start", number),
      incarnation: Incarnation(UInt32(number)),
      endpoint: endpoint
    )
    return try ChildProcess.spawn(
      executable: ProcessIdentity.executable,
      arguments: arguments.commandLine,
      descriptors: [.init(life.readEnd, as: InstanceArguments.lifeDescriptor)]
    )
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func digits(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
