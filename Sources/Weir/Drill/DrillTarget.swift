import ArgumentParser
import WeirCore

/// Whom a drill hits: a stage, of which one instance is drawn, or a certain instance.
struct DrillTarget: Hashable {
  var stage: String
  var index: Int?

  /// Reads `STAGE` or `STAGE/I`; nil if it is neither.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let stage = parts.first, !stage.isEmpty, parts.count <= 2 else { return nil }
    self.stage = String(stage)
    guard parts.count == 2 else { return }
    guard let index = Int(parts[1]), index >= 0 else { return nil }
    self.index = index
  }

  /// The instances that it may mean.
  func candidates(in status: JobStatus) -> [InstanceID] {
    status.instances.map(\.instance).filter { instance in
      instance.stage == stage && index.map { $0 == instance.index } ?? true
    }
  }
}

extension DrillTarget: CustomStringConvertible {
  var description: String { index.map { "\(stage)/\($0)" } ?? stage }
}

extension DrillTarget: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
