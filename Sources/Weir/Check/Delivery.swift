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
      return Delivery(stage.name, sink, job.checkpoints != nil, isBounded)
    }
  }

  private init(_ name: String, _ plan: SinkPlan, _ hasCheckpoints: Bool, _ isBounded: Bool) {
    sink = name
    switch (plan.connector, plan.delivery) {
    case (.discard, _):
      guarantee = "none"
      why = "rows are counted and dropped"
    case (.standardOutput, _):
      guarantee = "at-least-once"
      why = hasCheckpoints ? Self.printed : Self.printedAtOnce
    case (.file, _) where !hasCheckpoints:
      guarantee = "exactly-once, for a run that ends well"
      why = Self.atEnd(isBounded)
    case (.file, .exactlyOnce):
      guarantee = "exactly-once"
      why = Self.atCheckpoints
    case (.file, .atLeastOnce):
      guarantee = "at-least-once"
      why = Self.beforeCheckpoints
    case (.file, .atMostOnce):
      guarantee = "at-most-once"
      why = Self.onceAsked
    }
  }

  private static let atCheckpoints =
    "parts become visible when their checkpoint is complete; whatever fails, the run goes on from "
    + "the last one"

  private static let beforeCheckpoints =
    "parts become visible before their checkpoint is complete; not stronger because of 'delivery: "
    + "at-least-once': rows that a failure makes the run do again are visible again"

  private static let onceAsked =
    "parts become visible when their checkpoint is complete, and nobody asks for it twice; not "
    + "stronger because of 'delivery: at-most-once': what a failure interrupts just then is lost"

  private static let printed =
    "rows are printed at once; not stronger because what is printed cannot be taken back: after a "
    + "failure the rows since the last checkpoint are printed again"

  private static let printedAtOnce =
    "rows are printed at once: a run that is started again prints them again"

  private static func atEnd(_ isBounded: Bool) -> String {
    let when = isBounded ? "when the input has ended" : "when the run is stopped"
    return
      "parts become visible \(when), whole; not stronger because of 'checkpoints: none': a run "
      + "that fails leaves nothing and starts again from the beginning"
  }
}
