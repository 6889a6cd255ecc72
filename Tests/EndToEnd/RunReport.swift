import Foundation

/// What `weir run --format json` prints at the end.
struct RunReport {
  /// What became of the rows of a stage.
  struct Stage: Decodable, Hashable {
    var name: String
    var kind: String
    var processes: Int
    var rowsIn: Int
    var rowsOut: Int
    var counted: Int
    var filtered: Int
    var late: Int
    var rejected: Int
    var errors: Int
    var withheld: Int
    var quarantined: Int?
    var quarantinedTo: String?

    /// True if no row was lost or doubled on the way through.
    var isBalanced: Bool { counted + filtered + late + rejected + errors == rowsIn }
  }

  struct Failure: Decodable, Hashable {
    var instance: String
  }

  private struct Content: Decodable {
    var outcome: String
    var stages: [Stage]
    var failure: Failure?
  }

  let outcome: String
  let stages: [Stage]
  let failure: Failure?

  /// Reads the object that the text holds, whatever stands before it; nil if there is none.
  init?(_ text: String) {
    guard let start = text.range(of: "{\n")?.lowerBound,
      let content = try? JSONDecoder().decode(Content.self, from: Data(text[start...].utf8))
    else { return nil }
    outcome = content.outcome
    stages = content.stages
    failure = content.failure
  }

  subscript(_ name: String) -> Stage? { stages.first { $0.name == name } }
}
