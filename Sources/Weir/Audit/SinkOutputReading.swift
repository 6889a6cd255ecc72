import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX

/// Reads back all that a sink has made.
struct SinkOutputReading {
  private let job: JobPlan
  private let stage: StageIndex
  private let name: String

  init(_ job: JobPlan, _ stage: StageIndex) {
    self.job = job
    self.stage = stage
    name = job.stages[stage].name
  }

  /// What is there of the sink up to the epoch of a manifest; visible parts, and hidden ones that it
  /// names.
  ///
  /// `ignoresNewer`: parts of later epochs are none of its matter. Throws what keeps a file or a
  /// folder from being read. O(bytes).
  func evidence(
    _ manifest: Manifest,
    ignoresNewer: Bool
  ) throws(WeirError) -> SinkEvidence? {
    guard case .sink(let sink) = job.stages[stage].role else { return nil }
    guard case .file(let plan) = sink.connector else {
      return SinkEvidence(stage, unread: "they are in no file")
    }
    let shapes = shapes()
    if let reason = Self.hindrance(shapes.map(\.schema), plan.format) {
      return SinkEvidence(stage, unread: reason)
    }
    var evidence = SinkEvidence(stage, shapes: shapes.map(\.edges))
    let parts = try parts(PartNames(plan.path), manifest).filter { part in
      !ignoresNewer || part.epoch.map { $0 <= manifest.epoch } ?? true
    }
    let reading = PartsReading(shapes.map(\.schema), format: plan.format)
    let contents = try reading.contents(
      of: parts.map { PartsReading.File(path: $0.path, final: $0.final) }
    )
    for (part, content) in zip(parts, contents) {
      if content.hasLongLine {
        let reason =
          "\"\(part.path)\" has a line of more than "
          + "\(FormatLimits.maximumRecordBytes) bytes"
        return SinkEvidence(stage, unread: reason)
      }
      evidence.parts.append(
        PartEvidence(
          part.path,
          epoch: part.epoch,
          instance: part.instance,
          isHidden: part.isHidden,
          found: content.found,
          faults: content.faults.map(\.text)
        )
      )
    }
    return evidence
  }

  // MARK: Parts

  private struct Part {
    var path: String
    var final: String
    var epoch: Epoch?
    var instance: Int
    var isHidden: Bool
  }

  private func parts(_ names: PartNames, _ manifest: Manifest) throws(WeirError) -> [Part] {
    var parts: [Part] = []
    let visible = try names.existing()
    for path in visible { parts.append(part(path, path, names)) }
    for member in manifest.members where member.instance.stage == name {
      for output in member.snapshot.outputs {
        let prepared = try PreparedPart(output.text)
        let hidden = "\(names.folder)/\(prepared.hidden)"
        let final = "\(names.folder)/\(prepared.final)"
        guard !visible.contains(final), try FileReader.identity(of: hidden) != nil else {
          continue
        }
        parts.append(part(hidden, final, names))
      }
    }
    return parts
  }

  private func part(_ path: String, _ final: String, _ names: PartNames) -> Part {
    Part(
      path: path,
      final: final,
      epoch: names.epoch(ofPart: final),
      instance: names.instance(ofPart: final),
      isHidden: path != final
    )
  }

  // MARK: Shapes

  private struct Shape {
    var schema: Schema
    var edges: [EdgeIndex]
  }

  /// The sink's edges, by the columns that are written of their rows.
  private func shapes() -> [Shape] {
    var shapes: [Shape] = []
    for edge in job.stages[stage].inputs {
      let fields = job.edges[edge].schema.fields.filter { !$0.isHidden }
      if let index = shapes.firstIndex(where: { $0.schema.fields == fields }) {
        shapes[index].edges.append(edge)
      } else {
        shapes.append(Shape(schema: Schema(fields), edges: [edge]))
      }
    }
    return shapes
  }

  /// Why rows with these columns cannot be read back; nil if they can.
  private static func hindrance(_ schemas: [Schema], _ format: SinkFormat) -> String? {
    var known: [[String]] = []
    for schema in schemas {
      let names = schema.fields.map(\.name)
      guard !known.contains(names) else {
        return "its inputs have columns of the same names and other types"
      }
      known.append(names)
    }
    guard case .csv(_, _, let nulls) = format else { return nil }
    if nulls.isEmpty, known.contains(where: { $0.count < 2 }) {
      return "a null in its only column is an empty line of CSV"
    }
    let isNumber = nulls.utf8.first.map { $0 == 0x2d || (0x30...0x39).contains($0) } ?? false
    if isNumber || nulls == "true" || nulls == "false" {
      return "'nulls: \(nulls)' can be a value too"
    }
    return nil
  }
}
