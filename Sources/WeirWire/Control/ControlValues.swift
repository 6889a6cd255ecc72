import WeirCore

// The values inside of control messages, field by field: the names are the format.

extension Assignment {
  var json: JSONValue {
    .object([
      "instance": instance.json, "incarnation": .number(incarnation.number),
      "path": .text(path), "base": .text(base),
      "text": .text(text), "run_folder": .text(runFolder),
      "partitions": .list(partitions.map { .text($0) }),
      "started_at": .number(startedAt.microseconds),
      "state_folder": stateFolder.map { .text($0) } ?? .null,
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      instance: try InstanceID(fields.fields("instance")),
      incarnation: Incarnation(try fields.integer("incarnation")),
      path: try fields.text("path"),
      base: try fields.text("base"),
      text: try fields.text("text"),
      runFolder: try fields.text("run_folder"),
      partitions: try fields.texts("partitions"),
      startedAt: WallTime(microseconds: try fields.integer("started_at")),
      stateFolder: try fields.optionalText("state_folder")
    )
  }
}

extension InstanceID {
  var json: JSONValue { .object(["stage": .text(stage), "index": .number(index)]) }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(try fields.text("stage"), try fields.integer("index"))
  }
}

extension Peer {
  var json: JSONValue { .object(["instance": instance.json, "endpoint": .text(endpoint)]) }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      instance: try InstanceID(fields.fields("instance")),
      endpoint: try fields.text("endpoint")
    )
  }
}

extension InstanceProgress {
  var json: JSONValue {
    .object([
      "counters": .list(counters.map(\.json)),
      "watermark": .number(watermark.microseconds),
      "busy_ns": .number(busyNanoseconds),
      "backpressured_ns": .number(backpressuredNanoseconds),
      "idle_ns": .number(idleNanoseconds),
      "cpu_s": .number(cpuSeconds),
      "peak_memory_bytes": .number(peakMemoryBytes),
      "queued_bytes": .number(queuedBytes),
      "read_bytes": .number(readBytes),
      "total_bytes": .number(totalBytes),
      "stale_frames": .number(staleFrames),
      "hot_keys": hotKeys?.json ?? .null,
      "latency": latency?.json ?? .null,
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init()
    for value in try fields.list("counters") {
      counters.append(try StageCounters(ControlFields(value, of: fields.subject)))
    }
    watermark = Watermark(microseconds: try fields.integer("watermark"))
    busyNanoseconds = try fields.integer("busy_ns")
    backpressuredNanoseconds = try fields.integer("backpressured_ns")
    idleNanoseconds = try fields.integer("idle_ns")
    cpuSeconds = try fields.double("cpu_s")
    peakMemoryBytes = try fields.integer("peak_memory_bytes")
    queuedBytes = try fields.integer("queued_bytes")
    readBytes = try fields.integer("read_bytes")
    totalBytes = try fields.integer("total_bytes")
    staleFrames = try fields.integer("stale_frames")
    if fields.optional("hot_keys") != nil {
      hotKeys = try HotKeyReport(fields.fields("hot_keys"))
    }
    if fields.optional("latency") != nil {
      latency = try LatencySummary(fields.fields("latency"))
    }
  }
}

extension StageCounters {
  var json: JSONValue {
    .object([
      "in": .number(rowsIn), "out": .number(rowsOut), "filtered": .number(filtered),
      "counted": .number(counted), "late": .number(late), "rejected": .number(rejected),
      "errors": .number(errors), "withheld": .number(withheld),
      "updates": .number(updates),
      "quarantined": .number(quarantined),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init()
    rowsIn = try fields.integer("in")
    rowsOut = try fields.integer("out")
    filtered = try fields.integer("filtered")
    counted = try fields.integer("counted")
    late = try fields.integer("late")
    rejected = try fields.integer("rejected")
    errors = try fields.integer("errors")
    withheld = try fields.integer("withheld")
    updates = try fields.integer("updates")
    quarantined = try fields.optionalInteger("quarantined") ?? 0
  }
}

extension HotKeyReport {
  var json: JSONValue {
    .object(["sampled": .number(sampled), "keys": .list(keys.map(\.json))])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(sampled: try fields.double("sampled"))
    keys = try fields.values("keys") { fields throws(WeirError) in try Key(fields) }
  }
}

extension HotKeyReport.Key {
  var json: JSONValue {
    .object([
      "key": .list(key.map { .text($0) }), "least": .number(least), "most": .number(most),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      try fields.texts("key"),
      least: try fields.double("least"),
      most: try fields.double("most")
    )
  }
}

extension LatencySummary {
  var json: JSONValue {
    .object([
      "count": .number(count), "p50_us": .number(p50), "p99_us": .number(p99),
      "max_us": .number(maximum),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      count: try fields.integer("count"),
      p50: try fields.integer("p50_us"),
      p99: try fields.integer("p99_us"),
      maximum: try fields.integer("max_us")
    )
  }
}

extension WeirError {
  var json: JSONValue {
    .object([
      "code": .text(code), "message": .text(message), "detail": detail.map { .text($0) } ?? .null,
      "hint": hint.map { .text($0) } ?? .null, "blame": .text(blame.rawValue),
      "recovery": .text(recovery.rawValue),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      try fields.text("code"),
      try fields.text("message"),
      detail: try fields.optionalText("detail"),
      hint: try fields.optionalText("hint"),
      blame: try fields.word("blame"),
      recovery: try fields.word("recovery")
    )
  }
}
