import WeirCore

/// What a sink promises about each row from the source to the outside, and why not more.
struct Delivery: Codable, Hashable {
  var sink: String
  var guarantee: String
  var why: String

  /// The promises of all sinks, in the order of the plan.
  static func promises(_ job: JobPlan) -> [Delivery] {
    let isBounded = job.stages.allSatisfy { stage in
      guard case .source(let source) = stage.role else { return true }
      return source.isBounded
    }
    return job.stages.compactMap { stage in
      guard case .sink(let sink) = stage.role else { return nil }
      switch sink.connector {
      case .file:
        return Delivery(
          sink: stage.name,
          guarantee: job.checkpoints == nil
            ? "exactly-once, for a run that ends well" : "exactly-once",
          why: job.checkpoints == nil ? atEnd(isBounded) : atCheckpoints
        )
      case .standardOutput:
        return Delivery(
          sink: stage.name,
          guarantee: "at-least-once",
          why: "rows are printed at once: a run that is started again prints them again"
        )
      case .discard:
        return Delivery(
          sink: stage.name,
          guarantee: "none",
          why: "rows are counted and dropped"
        )
      }
    }
  }

  private static let atCheckpoints =
    "parts become visible when their checkpoint is complete; whatever fails, the run goes on from "
    + "the last one"

  private static func atEnd(_ isBounded: Bool) -> String {
    let when = isBounded ? "when the input has ended" : "when the run is stopped"
    return
      "parts become visible \(when), whole; not stronger because of 'checkpoints: none': a run "
      + "that fails leaves nothing and starts again from the beginning"
  }
}
