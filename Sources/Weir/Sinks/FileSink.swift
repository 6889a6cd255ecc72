import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// One part of a file sink: written under a hidden name, visible when it is published.
final class FileSink: SinkGateway {
  private let hidden: String
  private let final: String
  private let writers: [EdgeIndex: any RecordWriter]
  private let text = TextBuffer()
  private var file: FileWriter?

  /// Makes the hidden file and writes what stands before its first record.
  init(
    _ plan: FileSinkPlan,
    run: String,
    instance: InstanceID,
    incarnation: Incarnation,
    writers: [EdgeIndex: any RecordWriter],
    header: [UInt8]
  ) throws(WeirError) {
    self.writers = writers
    let names = PartNames(plan.path)
    hidden = names.hidden(
      run: run,
      sink: instance.stage,
      epoch: Epoch(1),
      incarnation: incarnation
    )
    final =
      plan.isSinglePart
      ? names.single : names.part(epoch: Epoch(1), instance: instance.index)
    try Folder.create(names.folder)
    let file = try FileWriter(creating: hidden)
    try header.span.withUnsafeBytes { raw throws(WeirError) in try file.append(raw) }
    self.file = file
  }

  func write(_ batch: Batch, edge: EdgeIndex) throws(WeirError) {
    guard let file, let writer = writers[edge] else { return }
    text.removeAll()
    writer.write(batch, nil, into: text)
    try file.append(text.bytes)
  }

  // Rows are not visible before the part is published: there is nobody to hand them to.
  func flush() {}

  var hasReader: Bool { true }

  func prepare(_ epoch: Epoch) throws(WeirError) -> [PreparedOutput] {
    try file?.sync()
    return []
  }

  func commit(_ epoch: Epoch, _ outputs: [PreparedOutput]) throws(WeirError) {
    guard let file else { return }
    try file.publish(as: final)
    self.file = nil
  }

  // Only a run without checkpoints writes this way, and it never goes back.
  func restore(_ epoch: Epoch, keeping outputs: [PreparedOutput]) {}
}
