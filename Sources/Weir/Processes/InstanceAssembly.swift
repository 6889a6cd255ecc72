import WeirColumns
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirRuntime
import WeirTopology
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
    let job = try job()
    let instance = assignment.instance
    guard let stage = job.index(of: instance.stage) else {
      preconditionFailure("no stage '\(instance.stage)' in '\(job.name)'")
    }
    let pool = BatchPool(rows: job.batch.rows)
    let mark = try MarkFile(
      creating: RunFolder.mark(assignment.incarnation.number, in: assignment.runFolder)
    )
    let owned = assignment.partitions.indices.filter {
      $0 % job.stages[stage].processes == instance.index
    }
    let node = InstanceNode(
      instance,
      incarnation: assignment.incarnation,
      job: job,
      partitions: owned.map { PartitionID($0) },
      pool: pool,
      memory: MarkMemory(mark.words, keeping: mark)
    )
    #if DEBUG
    PoisonFailpoint(ProcessIdentity.environment)?.plant(in: node.rowGuard, of: job)
    #endif
    let frames = FrameLink(
      job,
      instance: instance,
      endpoint: "ipc://\(assignment.runFolder)/\(assignment.incarnation.number)",
      context: context,
      loop: loop,
      pool: pool
    )
    var source: (any SourceGateway)?
    var sink: (any SinkGateway)?
    switch job.stages[stage].role {
    case .source(let plan): source = try self.source(plan, job.stages[stage], job, owned)
    case .sink(let plan): sink = try self.sink(plan, stage, job)
    case .keyed, .stateless: break
    }
    // A spare was called something else.
    ProcessIdentity.setName("\(instance)")
    return InstanceParts(
      node: node,
      frames: frames,
      source: source,
      sink: sink,
      state: state(job.stages[stage], job),
      latency: sink == nil ? nil : LatencyHistogram(),
      pool: pool
    )
  }

  /// The plan, made from what the coordinator made it from: a fault here is one of the world.
  private func job() throws(WeirError) -> JobPlan {
    let context = TopologyContext(
      path: assignment.path,
      base: assignment.base,
      environment: ProcessIdentity.environment
    )
    do throws(TopologyFaults) {
      return try Topology.compile(assignment.text, in: context).plan
    } catch {
      throw WeirError(
        "E410",
        "'\(assignment.instance)' cannot plan what the coordinator planned",
        detail: error.diagnostics.first.map { "\($0.code): \($0.message)" },
        hint: "the weir executable was replaced while the run started: start it again",
        blame: .weir
      )
    }
  }

  /// Where keyed state is kept; nil where there is none, or no checkpoints are taken.
  private func state(_ stage: StagePlan, _ job: JobPlan) -> StateStore? {
    guard case .keyed(let plan) = stage.role, let folder = assignment.stateFolder else {
      return nil
    }
    return StateStore(
      in: StateFolder(folder).files,
      instance: assignment.instance,
      incarnation: assignment.incarnation,
      processes: stage.processes,
      description: plan.stateDescription(keyGroups: job.keyGroups, name: stage.name),
      keyGroups: job.keyGroups,
      codec: .lz4
    )
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
      let share = FileShare(process: assignment.instance.index, processes: stage.processes)
      return FileSource(
        file,
        source: plan,
        share: share,
        output: output,
        paths: owned.map { (PartitionID($0), assignment.partitions[$0]) },
        rows: job.batch.rows,
        followed: file.follow ? try followed(job, share) : nil
      )
    case .generate(let generate):
      return GenerateSource(
        generate,
        source: plan,
        output: output,
        partitions: owned.map { PartitionID($0) },
        rows: job.batch.rows,
        startedAt: assignment.startedAt
      )
    }
  }

  /// What is remembered of followed files; nil where no checkpoints are taken.
  private func followed(
    _ job: JobPlan,
    _ share: FileShare
  ) throws(WeirError) -> FollowedFiles? {
    guard let path = assignment.stateFolder else { return nil }
    let folder = StateFolder(path).followed(by: assignment.instance, plan: job.fingerprint)
    return try FollowedFiles(in: folder, share: share)
  }

  private func sink(
    _ plan: SinkPlan,
    _ stage: StageIndex,
    _ job: JobPlan
  ) throws(WeirError) -> any SinkGateway {
    switch plan.connector {
    case .file(let file):
      let writers = writers(job, stage, file.format)
      return try FileSink(
        file,
        run: job.name,
        instance: assignment.instance,
        incarnation: assignment.incarnation,
        cut: PartCut(job),
        delivery: plan.delivery,
        isAlone: job.stages[stage].processes == 1,
        writers: writers,
        header: header(job, stage, writers)
      )
    case .standardOutput(let format):
      let writers = writers(job, stage, format)
      // Several processes share one output: only the first prints a header.
      let isFirst = assignment.instance.index == 0
      return StandardOutputSink(
        writers: writers,
        header: isFirst ? header(job, stage, writers) : []
      )
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
        case .csv(let hasHeader, let delimiter, let nulls):
          CSVWriter(
            schema,
            format: CSVFormat(hasHeader: hasHeader, delimiter: delimiter, nulls: nulls)
          )
        }
    }
    return writers
  }

  /// What stands before the first record: that of the first input.
  private func header(
    _ job: JobPlan,
    _ stage: StageIndex,
    _ writers: [EdgeIndex: any RecordWriter]
  ) -> [UInt8] {
    guard let first = job.stages[stage].inputs.first, let writer = writers[first] else { return [] }
    let text = TextBuffer()
    writer.writeHeader(into: text)
    return Array(text.bytes)
  }
}
