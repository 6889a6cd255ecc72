import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime

/// One part of a file sink: written under a hidden name, visible when it is published.
final class FileSink: SinkGateway {
  private let plan: FileSinkPlan
  private let hidden: String
  private let final: String
  private let writers: [EdgeIndex: any RecordWriter]
  private let text = TextBuffer()
  private var file: FileWriter?

  init(
    _ plan: FileSinkPlan,
    instance: InstanceID,
    incarnation: Incarnation,
    writers: [EdgeIndex: any RecordWriter]
  ) throws(WeirError) {
    self.plan = plan
    self.writers = writers
    let names = PartNames(plan.path)
    hidden = names.hidden(sink: instance.stage, epoch: Epoch(1), incarnation: incarnation)
    final =
      plan.isSinglePart
      ? names.single : names.part(epoch: Epoch(1), instance: instance.index)
    try Folder.create(names.folder)
    file = try FileWriter(creating: hidden)
  }

  func write(_ batch: Batch, edge: EdgeIndex) throws(WeirError) {
    guard let file, let writer = writers[edge] else { return }
    text.removeAll()
    writer.write(batch, nil, into: text)
    try file.append(text.bytes)
  }

  // Rows are not visible before the part is published: there is nobody to hand them to.
  func flush() {}

  func publish() throws(WeirError) {
    guard let file else { return }
    try file.sync()
    try file.publish(as: final)
    self.file = nil
  }
}

/// The names of a file sink's parts.
struct PartNames {
  let folder: String
  private let stem: String
  private let suffix: String

  /// Takes a path such as `out/alerts.jsonl`, or `out/alerts/` for a folder of parts.
  init(_ path: String) {
    if path.hasSuffix("/") {
      folder = String(path.dropLast())
      stem = "part"
      suffix = ""
      return
    }
    folder = Folder.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if let dot = name.lastIndex(of: "."), dot != name.startIndex {
      stem = String(name[..<dot])
      suffix = String(name[dot...])
    } else {
      stem = name
      suffix = ""
    }
  }

  /// The name of the only part of a bounded run.
  var single: String { "\(folder)/\(stem)\(suffix)" }

  /// The name of a part among others.
  func part(epoch: Epoch, instance: Int) -> String {
    let digits = String(epoch.number)
    let padded = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    return "\(folder)/\(stem)-\(padded)-\(instance)\(suffix)"
  }

  /// The name of a part that is not visible yet.
  func hidden(sink: String, epoch: Epoch, incarnation: Incarnation) -> String {
    "\(folder)/.weir-\(sink)-\(epoch.number)-\(incarnation.number)"
  }
}
