/// Whether more processes would help a stage.
package struct ScaleOutlook: Hashable, Sendable, Codable {
  package var helps: Bool
  /// What keeps them from helping.
  package var limit: ScaleLimit.Reason?
  /// How many processes the stage can have at all.
  package var most: Int?
  /// The key that carries the load.
  package var hotKey: HotKeys.Key?
  /// However many processes there are, it is at most so many times faster: the key has one.
  package var speedUpAtMost: Double?

  package init(helps: Bool, limit: ScaleLimit.Reason? = nil) {
    self.helps = helps
    self.limit = limit
  }
}

extension ScaleOutlook {
  /// The outlook of a stage with processes of its own, on a machine that may not be known.
  package init(of stage: JobStatus.Stage, on machine: JobStatus.Machine?) {
    self.init(helps: true)
    let processes = max(stage.instances.count, 1)
    most = stage.scaling?.most
    if let scaling = stage.scaling, processes >= scaling.most {
      (helps, limit) = (false, scaling.reason)
    } else if let key = stage.hotKeys?.keys.first, LoadRules.carries(key, of: processes) {
      (helps, limit) = (false, .hotKey)
      hotKey = key
      speedUpAtMost = Self.speedUp(past: key, of: stage)
    } else if let idle = machine?.idleCores, idle < LoadRules.idleCore {
      (helps, limit) = (false, .cores)
    }
  }

  /// How many times less the process of a key would have to do if it had no other key.
  private static func speedUp(past key: HotKeys.Key, of stage: JobStatus.Stage) -> Double {
    let rows = stage.instances.map { $0.rowsPerSecond ?? 0 }
    let sum = rows.reduce(0, +)
    guard sum > 0,
      let own = stage.instances.firstIndex(where: { $0.instance == key.instance })
    else { return 1 / key.share }
    return max(rows[own] / sum / key.share, 1)
  }
}

/// From when on a stage counts as busy, waiting, or carried by one key.
package enum LoadRules {
  /// A process that is at work for this share of its time has not much to spare.
  package static let busy = 0.8
  /// A process that waits for credit for this share of its time is held back.
  package static let waiting = 0.1
  /// So much busier than the average is what a process is by itself.
  package static let uneven = 0.25
  /// A source that reads this share of its rate keeps it.
  package static let keptRate = 0.95
  /// Fewer idle cores than this are none.
  package static let idleCore = 0.5

  /// True if the key has more rows than one of so many processes would have if all had the same; with
  /// one process, more than half.
  ///
  /// Other processes only take from its process what is not the limit.
  package static func carries(_ key: HotKeys.Key, of processes: Int) -> Bool {
    key.share > 1 / Double(max(processes, 2))
  }
}
