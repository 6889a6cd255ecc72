import WeirCore
import WeirPOSIX
import WeirRuntime

/// The marks of a run's processes, in the run folder.
final class RunMarks: MarkGateway {
  private let folder: RunFolder

  init(in folder: RunFolder) { self.folder = folder }

  func take(_ process: Incarnation) -> WorkMark? {
    // A spare has none, and without one a death is like any other.
    guard let bytes = MarkFile.take(RunFolder.mark(process.number, in: folder.path)) else {
      return nil
    }
    return bytes.span.withUnsafeBytes { MarkMemory.mark(in: $0) }
  }
}
