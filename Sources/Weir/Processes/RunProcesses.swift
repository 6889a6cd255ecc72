import Glibc
import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirZeroMQ

/// The processes of a run: copies of this program, each told on its command line what it is.
final class RunProcesses: ProcessGateway {
  private struct Running {
    let incarnation: Incarnation
    let child: ChildProcess
    let startedAt: WallTime
    let source: LoopSource
  }

  private let name: String
  private let endpoint: String
  /// Where their standard output and error go; nil: where ours go.
  private let output: Int32?
  private let life: LifePipe
  private let loop: LoopExecutor
  private var running: [Running] = []

  init(
    _ name: String,
    endpoint: String,
    output: Int32?,
    loop: LoopExecutor
  ) throws(WeirError) {
    self.name = name
    self.output = output
    self.endpoint = endpoint
    self.loop = loop
    life = try LifePipe()
  }

  func spawn(_ incarnation: Incarnation, for instance: InstanceID?) throws(WeirError) {
    let arguments = InstanceArguments(
      run: name,
      instance: instance ?? InstanceArguments.spare,
      incarnation: incarnation,
      endpoint: endpoint
    )
    let child = try ChildProcess.spawn(
      executable: ProcessIdentity.executable,
      arguments: arguments.commandLine,
      descriptors: [.init(life.readEnd, as: InstanceArguments.lifeDescriptor)]
        + (output.map { [.init($0, as: 1), .init($0, as: 2)] } ?? [])
    )
    let source = loop.add(descriptor: child.descriptor)
    running.append(
      Running(
        incarnation: incarnation,
        child: child,
        startedAt: WallClock.now(),
        source: source
      )
    )
  }

  // One that has ended cannot be killed and need not be.
  func kill(_ process: Incarnation) {
    for entry in running where entry.incarnation == process { try? entry.child.kill(SIGKILL) }
  }

  func ended() -> [(Incarnation, ProcessEnd)] {
    var ended: [(Incarnation, ProcessEnd)] = []
    running.removeAll { entry in
      guard let status = status(of: entry.child) else { return false }
      loop.remove(entry.source)
      ended.append((entry.incarnation, status))
      return true
    }
    return ended
  }

  func identity(of process: Incarnation) -> (id: Int32, startedAt: WallTime)? {
    running.first { $0.incarnation == process }.map { ($0.child.id, $0.startedAt) }
  }

  private func status(of child: ChildProcess) -> ProcessEnd? {
    do throws(WeirError) {
      return switch try child.exitStatus() {
      case .exited(let code): .exited(code: code)
      case .signalled(let signal): .killed(signal: signal)
      case nil: nil
      }
    } catch {
      // Somebody else has collected it: how it ended is lost, that it ended is not.
      return .exited(code: -1)
    }
  }

  /// True if the process is a child of this run.
  func owns(_ id: pid_t) -> Bool { running.contains { $0.child.id == id } }
}
