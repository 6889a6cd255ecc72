/// How many processes a stage should have, and what that follows from.
package struct StageAdvice: Hashable, Sendable, Codable {
  /// What a source is wanted to bring.
  package enum Goal: String, Hashable, Sendable, Codable, CaseIterable {
    /// The rate that the file gives it.
    case rate
    /// As much as comes: it waits for input.
    case arrival
    /// As fast as it can read.
    case fastest
  }

  /// Why nothing follows.
  package enum Doubt: String, Hashable, Sendable, Codable, CaseIterable {
    /// No row came while it was looked at.
    case noRows
    /// No result was due, so what results cost is not known.
    case noResults
    /// It has done all it had to do.
    case finished
    /// A process of it was replaced meanwhile.
    case replaced
  }

  package var name: String
  package var kind: String
  /// Processes that it has.
  package var processes: Int
  /// Processes that its target takes by the model; nil if nothing follows.
  package var wanted: Int?
  /// Processes that it should have: those wanted, as far as they are of use.
  package var advised: Int
  package var goal: Goal?
  /// The share of its time that a process is at work, on average.
  package var busy: Double?
  package var rowsPerSecond: Double
  /// Rows that a process takes for each second that it is at work.
  package var trueRowsPerSecond: Double?
  /// Rows a second that it is to take.
  package var targetRowsPerSecond: Double?
  /// Why fewer are advised than wanted.
  package var limit: ScaleLimit.Reason?
  /// The most that the limit allows, if it is one of the stage's own.
  package var most: Int?
  /// The key that is the limit.
  package var hotKey: HotKeys.Key?
  package var doubt: Doubt?

  package init(_ measure: StageMeasure) {
    name = measure.name
    kind = measure.kind
    processes = measure.processes
    advised = measure.processes
    rowsPerSecond = measure.rate
    trueRowsPerSecond = measure.trueRate
    busy = measure.time.shares?.busy
  }
}
