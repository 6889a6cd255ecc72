#if DEBUG
import Glibc
import WeirCore
import WeirPOSIX
import WeirRuntime

/// The death that `WEIR_FAILPOINT=STEP[@STAGE/i][#n]` orders, several with commas between them:
/// kill -9 of itself, by the first process of the run that gets there.
///
/// Whoever dies of an order leaves a file `failpoint-STEP` in the state folder, so that its
/// replacement goes on, and a test sees that the step was reached. Any other text orders nothing.
enum FailpointTrap {
  /// What is ordered.
  private static let variable = "WEIR_FAILPOINT"
  /// Where the files are left: the coordinator tells its children.
  private static let folderVariable = "WEIR_FAILPOINT_FOLDER"

  /// Obeys the environment from now on, as the coordinator of a run.
  static func arm(stateFolder: String) {
    setenv(folderVariable, stateFolder, 1)
    arm(nil, folder: stateFolder)
  }

  /// Obeys the environment from now on, as an instance, or a spare that is to become one.
  static func arm(_ instance: InstanceID) {
    guard let folder = ProcessIdentity.environment[folderVariable] else { return }
    arm(instance, folder: folder)
  }

  private static func arm(_ instance: InstanceID?, folder: String) {
    guard let text = ProcessIdentity.environment[variable] else { return }
    let orders = FailpointOrder.orders(text).filter {
      $0.step.isCoordinators == (instance == nil)
    }
    guard !orders.isEmpty else { return }
    Failpoint.watch = FailpointWatch(orders, instance: instance) { order in
      let file = "\(folder)/failpoint-\(order.step.rawValue)"
      // Only one process can make the file.
      let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { return }
      kill(getpid(), SIGKILL)
    }
  }
}
#endif
