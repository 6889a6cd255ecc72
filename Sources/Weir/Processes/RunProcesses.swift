import Glibc
import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirZeroMQ

/// The processes of a run: copies of this program, each told on its command line what it is.
final class RunProcesses: ProcessGateway {
  private struct Running {
    let instance: InstanceID
    let child: ChildProcess
    let source: LoopSource
  }

  private let name: String
  private let endpoint: String
  private let incarnations: [InstanceID: Incarnation]
  private let life: LifePipe
  private let loop: LoopExecutor
  private var running: [Running] = []

  init(
    _ name: String,
    endpoint: String,
    members: [(InstanceID, Incarnation)],
    loop: LoopExecutor
  ) throws(WeirError) {
    self.name = name
    self.endpoint = endpoint
    self.loop = loop
    life = try LifePipe()
    incarnations = Dictionary(uniqueKeysWithValues: members)
  }

  func spawn(_ instance: InstanceID) throws(WeirError) {
    guard let incarnation = incarnations[instance] else {
      preconditionFailure("no incarnation for \(instance)")
    }
    let arguments = InstanceArguments(
      run: name,
      instance: instance,
      incarnation: incarnation,
      endpoint: endpoint
    )
    let child = try ChildProcess.spawn(
      executable: ProcessIdentity.executable,
      arguments: arguments.commandLine,
      descriptors: [.init(life.readEnd, as: InstanceArguments.lifeDescriptor)]
    )
    let source = loop.add(descriptor: child.descriptor)
    running.append(Running(instance: instance, child: child, source: source))
  }

  // One that has ended cannot be killed and need not be.
  func kill(_ instance: InstanceID) {
    for entry in running where entry.instance == instance { try? entry.child.kill(SIGKILL) }
  }

  func ended() -> [(InstanceID, ProcessEnd)] {
    var ended: [(InstanceID, ProcessEnd)] = []
    running.removeAll { entry in
      guard let status = status(of: entry.child) else { return false }
      loop.remove(entry.source)
      ended.append((entry.instance, status))
      return true
    }
    return ended
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
