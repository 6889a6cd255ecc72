import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime
import WeirZeroMQ

/// Puts an instance together from its assignment: plan, node, and gateways to the world.
struct InstanceAssembly {
  private let assignment: Assignment
  private let context: ZeroMQContext
  private let loop: LoopExecutor

  init(_ assignment: Assignment, context: ZeroMQContext, loop: LoopExecutor) {
    self.assignment = assignment
    self.context = context
    self.loop = loop
  }

  func parts() throws(WeirError) -> InstanceParts {
    let job = try TopologyPlanning.plan(
      text: assignment.text,
      path: assignment.path,
      base: assignment.base
    )
    let instance = assignment.instance
    guard let stage = job.index(of: instance.stage) else {
      preconditionFailure("no stage '\(instance.stage)' in '\(job.name)'")
    }
    let pool = BatchPool()
    let owned = assignment.partitions.indices.filter {
      $0 % job.stages[stage].processes == instance.index
    }
    let node = InstanceNode(
      instance,
      job: job,
      generation: assignment.generation,
      partitions: owned.map { PartitionID($0) },
      pool: pool
    )
    let frames = FrameLink(
      job,
      instance: instance,
      endpoint: "ipc://\(assignment.runFolder)/\(assignment.incarnation.number)",
      context: context,
      loop: loop,
      pool: pool
    )
    var parts = InstanceParts(
      node: node,
      frames: frames,
      source: nil,
      sink: nil,
      latency: nil,
      pool: pool
    )
    switch job.stages[stage].role {
    case .source(let plan):
      parts.source = try source(plan, job.stages[stage], job, owned)
    case .sink(let plan):
      parts.sink = try sink(plan, stage, job)
      parts.latency = LatencyHistogram()
    case .keyed, .stateless: break
    }
    return parts
  }

  private func source(
    _ plan: SourcePlan,
    _ stage: StagePlan,
    _ job: JobPlan,
    _ owned: [Int]
  ) throws(WeirError) -> any SourceGateway {
    let output = stage.port(.main)?.schema ?? Schema([])
    switch plan.connector {
    case .file(let file):
      return try FileSource(
        file,
        source: plan,
        output: output,
        paths: owned.map { (PartitionID($0), assignment.partitions[$0]) },
        rows: job.batch.rows
      )
    case .generate:
      preconditionFailure("generate")
    }
  }

  private func sink(
    _ plan: SinkPlan,
    _ stage: StageIndex,
    _ job: JobPlan
  ) throws(WeirError) -> any SinkGateway {
    switch plan.connector {
    case .file(let file):
      return try FileSink(
        file,
        instance: assignment.instance,
        incarnation: assignment.incarnation,
        writers: writers(job, stage, file.format)
      )
    case .standardOutput(let format):
      return StandardOutputSink(writers: writers(job, stage, format))
    case .discard: return DiscardSink()
    }
  }

  private func writers(
    _ job: JobPlan,
    _ stage: StageIndex,
    _ format: SinkFormat
  ) -> [EdgeIndex: any RecordWriter] {
    var writers: [EdgeIndex: any RecordWriter] = [:]
    for edge in job.stages[stage].inputs {
      let schema = job.edges[edge].schema
      writers[edge] =
        switch format {
        case .json: JSONLinesWriter(schema)
        case .csv:
          JSONLinesWriter(schema)
        }
    }
    return writers
  }
}
