import WeirCore
import WeirTopology

/// What a run of a topology would be: what `weir check` says when a file has no fault.
struct PlanReport: Codable, Hashable {
  struct Stage: Codable, Hashable {
    var name: String
    var kind: String
    /// 0: it runs in the processes of `host`.
    var processes: Int
    var host: String?
    /// What it does, in the words of the file, a line each.
    var does: [String]
  }

  struct Column: Codable, Hashable {
    var name: String
    var type: String
    var isEventTime: Bool
  }

  struct Edge: Codable, Hashable {
    /// The port, as users write it.
    var from: String
    var to: String
    /// The stages whose processes send along it.
    var senders: [String]
    var channels: Int
    /// How rows find their instance.
    var partitioning: String
    /// What the sender does for the receiver before rows travel.
    var pushedUp: [String]
    var columns: [Column]
  }

  var name: String
  var description: String?
  var processes: Int
  var stages: [Stage]
  var edges: [Edge]
  var delivery: [Delivery]
  var remarks: [Diagnostic]
  /// What keeps this machine from running it now.
  var hindrances: [Hindrance] = []

  init(_ topology: Topology) {
    let job = topology.plan
    name = job.name
    description = topology.file.description
    processes = job.instances.count
    let words = StageWords(topology.file)
    stages = job.stages.enumerated().map { index, stage in
      Stage(
        name: stage.name,
        kind: stage.role.word,
        processes: stage.processes,
        host: stage.processes == 0 ? job.host(of: index).map { job.stages[$0].name } : nil,
        does: words.lines(of: stage)
      )
    }
    let channels = job.channels
    edges = job.edges.enumerated().map { index, edge in
      Edge(
        from: edge.from,
        to: job.stages[edge.to].name,
        senders: edge.senders.map { job.stages[$0].name },
        channels: channels.count { $0.edge == index },
        partitioning: Self.partitioning(edge, job),
        pushedUp: Self.pushedUp(index, job),
        columns: Self.columns(of: edge)
      )
    }
    delivery = Delivery.promises(job)
    remarks = topology.remarks
  }

  private static func partitioning(_ edge: EdgePlan, _ job: JobPlan) -> String {
    switch edge.partitioning {
    case .key(let columns):
      let names = columns.map { edge.schema.fields[$0].name }
      return names.isEmpty ? "to one process" : "by \(names.joined(separator: ", "))"
    case .deal: return job.stages[edge.to].processes > 1 ? "dealt out in turn" : "to one process"
    }
  }

  private static func columns(of edge: EdgePlan) -> [Column] {
    edge.schema.fields.enumerated().map { index, field in
      Column(
        name: field.name,
        type: "\(field.type)",
        isEventTime: index == edge.schema.eventTime
      )
    }
  }

  /// The conditions and new columns that are worked out where the rows of an edge come from.
  private static func pushedUp(_ edge: EdgeIndex, _ job: JobPlan) -> [String] {
    var lines: [String] = []
    for stage in job.stages {
      for port in stage.ports {
        for outlet in port.outlets { collect(outlet, edge, &lines) }
      }
    }
    return lines
  }

  private static func collect(
    _ outlet: OutletPlan,
    _ edge: EdgeIndex,
    _ lines: inout [String]
  ) {
    switch outlet.target {
    case .edge(let target):
      guard target == edge, let work = outlet.work else { return }
      let own =
        work.filters.map { "where \($0.text)" }
        + work.computed.map { "\($0.name) = \($0.expression.text)" }
      for line in own where !lines.contains(line) { lines.append(line) }
    case .outlets(let next):
      for outlet in next { collect(outlet, edge, &lines) }
    case .nowhere: break
    }
  }
}

/// Something outside the file that keeps a machine from running it.
struct Hindrance: Codable, Hashable {
  var code: String
  var message: String
  var detail: String?
  var hint: String?

  init(_ error: WeirError) {
    code = error.code
    message = error.message
    detail = error.detail
    hint = error.hint
  }
}
