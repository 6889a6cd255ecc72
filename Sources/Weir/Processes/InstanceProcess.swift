import Glibc
import WeirColumns
import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirZeroMQ

/// The main program of an instance: one loop, one actor.
enum InstanceProcess {
  /// Runs until the coordinator says leave, or until it is gone; returns the exit code.
  static func run(_ arguments: InstanceArguments) -> Int32 {
    do throws(WeirError) {
      try ParentDeath.arrange(lifePipe: InstanceArguments.lifeDescriptor)
      #if DEBUG
      FailpointTrap.arm(arguments.instance)
      #endif
      Failpoint.started.reached()
      Terminal.ignoreBrokenPipes()
      return try loop(arguments)
    } catch {
      try? Terminal.write("weir: \(arguments.instance): \(error)\n", to: .error)
      return 1
    }
  }

  private static func loop(_ arguments: InstanceArguments) throws(WeirError) -> Int32 {
    ProcessIdentity.setName("\(arguments.instance)")
    let loop = try LoopExecutor(name: "\(arguments.instance)")
    let context = try ZeroMQContext()
    let life = loop.add(descriptor: InstanceArguments.lifeDescriptor)
    let identity = CoordinatorControlLink.identity(arguments.incarnation)
    let control = try InstanceControlLink(
      to: arguments.endpoint,
      identity: identity,
      context: context,
      loop: loop
    )
    let instance = Instance(
      executor: loop,
      control: control,
      clocks: SystemClocks(),
      usage: SystemUsage()
    ) { assignment throws(WeirError) in
      try InstanceAssembly(assignment, context: context, loop: loop).parts()
    }
    var hasGreeted = false
    var hasFailed = false
    loop.run { ready in
      // The coordinator's end of the pipe is closed: it has died, and nobody wants the rows.
      if ready.contains(life) { _exit(1) }
      return instance.assumeIsolated { instance in
        if !hasGreeted {
          hasGreeted = true
          instance.greet()
        }
        let next = instance.pump()
        hasFailed = instance.failure != nil
        return next
      }
    }
    return hasFailed ? 1 : 0
  }
}
