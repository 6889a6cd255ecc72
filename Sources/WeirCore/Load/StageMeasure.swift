/// What a stage did between two looks at a run.
package struct StageMeasure: Hashable, Sendable {
  package var name: String
  /// `source`, `operator` or `sink`.
  package var kind: String
  /// The stage in whose processes it runs, if it has none of its own.
  package var host: String?
  package var hasFinished = false
  /// Processes that it has.
  package var processes: Int
  /// True if all of them were there at both looks.
  package var isWhole = true
  /// Rows that its processes had in hand meanwhile.
  package var rows: UInt64 = 0
  /// Results that it came to meanwhile, passed on or not.
  package var results: UInt64 = 0
  /// Rows that its processes have had in hand since the run began.
  package var taken: UInt64 = 0
  /// How its processes spent the time between, added up.
  package var time = JobStatus.TimeSpent()
  /// What became of its rows since the run began.
  package var counters = StageCounters()
  package var pace: Double?
  package var isBounded = false
  package var isKeyed = false
  package var scaling: ScaleLimit?
  /// The key that has the most rows.
  package var hottest: HotKeys.Key?

  package init(_ name: String, kind: String, processes: Int) {
    self.name = name
    self.kind = kind
    self.processes = processes
  }

  /// Seconds that each process was looked at, on average; 0 if none told of its time.
  package var seconds: Double {
    processes > 0 ? Double(time.sum) / 1e9 / Double(processes) : 0
  }

  /// Rows a second of all processes.
  package var rate: Double { seconds > 0 ? Double(rows) / seconds : 0 }

  /// Of the rows that came in since the run began, those that came to a process of the stage itself.
  package var shareTaken: Double {
    counters.rowsIn > 0 ? min(Double(taken) / Double(counters.rowsIn), 1) : 0
  }

  /// Rows for each second that a process is at work: its true rate; nil while it had none to do.
  package var trueRate: Double? {
    rows > 0 && time.busy > 0 ? Double(rows) / (Double(time.busy) / 1e9) : nil
  }
}

extension StageMeasure {
  /// What the stages of a run did between two statuses of it, in their order.
  ///
  /// A process that was replaced between them is not counted.
  package static func between(_ first: JobStatus, _ second: JobStatus) -> [StageMeasure] {
    second.stages.map { stage in
      var measure = StageMeasure(
        stage.name,
        kind: stage.kind,
        processes: stage.instances.count
      )
      measure.host = stage.host
      measure.hasFinished = stage.hasFinished
      measure.counters = stage.counters
      measure.pace = stage.pace
      measure.isBounded = stage.isBounded ?? false
      measure.isKeyed = stage.hotKeys != nil
      measure.scaling = stage.scaling
      measure.hottest = stage.hotKeys?.keys.first
      let before = first.stages.first { $0.name == stage.name }
      if let before {
        measure.results = since(before.counters.results, stage.counters.results)
      }
      for instance in stage.instances {
        measure.taken += instance.rowsTaken ?? 0
        guard let old = before?.instances.first(where: { $0.instance == instance.instance }),
          let process = instance.process?.incarnation, old.process?.incarnation == process,
          let oldTime = old.timeSpent, let time = instance.timeSpent
        else {
          measure.isWhole = false
          continue
        }
        measure.rows += since(old.rowsTaken ?? 0, instance.rowsTaken ?? 0)
        measure.time += time.since(oldTime)
      }
      return measure
    }
  }

  /// A count that goes back with the state has gained nothing.
  private static func since(_ before: UInt64, _ now: UInt64) -> UInt64 {
    now >= before ? now - before : 0
  }
}

extension StageCounters {
  /// Results that a stage came to: passed on, or not passed by `having`.
  fileprivate var results: UInt64 { rowsOut + withheld }

  /// Rows that went out on a port.
  func out(_ port: PortKind) -> UInt64 {
    switch port {
    case .main: rowsOut - min(updates, rowsOut)
    case .updates: updates
    case .late: late
    case .rejected: rejected
    case .errors: errors - min(quarantined, errors)
    case .poison: quarantined
    }
  }
}
