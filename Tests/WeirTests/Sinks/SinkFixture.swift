import WeirCore
import WeirTesting

@testable import Weir

/// A file sink `alerts` that writes into `out/`, by incarnations that come and go.
struct SinkFixture {
  let folder = TemporaryFolder()
  var cut = PartCut.eachEpoch
  var delivery = WeirCore.Delivery.exactlyOnce
  var isSinglePart = false
  var isAlone = true
  var header = ""

  /// An incarnation that goes on at an epoch, as every one does before it writes.
  func sink(
    _ incarnation: UInt32 = 1,
    at epoch: UInt64 = 0,
    keeping outputs: [PreparedOutput] = []
  ) throws(WeirError) -> FileSink {
    let plan = FileSinkPlan(
      path: "\(folder.path)/out/alerts.jsonl",
      format: .json,
      isSinglePart: isSinglePart
    )
    let sink = try FileSink(
      plan,
      run: "harbor",
      instance: InstanceID("alerts", 0),
      incarnation: Incarnation(incarnation),
      cut: cut,
      delivery: delivery,
      processes: isAlone ? 1 : 2,
      writers: [:],
      header: Array(header.utf8)
    )
    _ = try sink.restore(Epoch(epoch), keeping: outputs)
    return sink
  }

  /// What lies in the folder of the sink.
  func files() throws -> [String: String] { try folder.files(in: "out") }
}

extension FileSink {
  /// Writes one row.
  func write(_ row: String) throws(WeirError) {
    let bytes = Array("\(row)\n".utf8)
    try bytes.span.withUnsafeBytes { raw throws(WeirError) in try append(raw, rows: 1) }
  }

  func prepare(_ epoch: UInt64, isLast: Bool = false) throws(WeirError) -> [PreparedOutput] {
    try prepare(Epoch(epoch), isLast: isLast)
  }

  /// Goes back to an epoch after which rows came.
  func restore(
    _ epoch: Epoch,
    keeping outputs: [PreparedOutput]
  ) throws(WeirError) -> WeirError? {
    try restore(epoch, keeping: outputs, isFinished: false)
  }

  func commit(_ epoch: UInt64, _ outputs: [PreparedOutput]) throws(WeirError) {
    try commit(Epoch(epoch), outputs)
  }
}

/// The code of the error that an act ends with; nil: none.
func code(_ act: () throws(WeirError) -> Void) -> String? {
  do throws(WeirError) {
    try act()
    return nil
  } catch {
    return error.code
  }
}
