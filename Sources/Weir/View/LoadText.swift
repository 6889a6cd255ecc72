import WeirCore

/// Where a run is hot, in words.
enum LoadText {
  // MARK: The bottleneck

  /// What the bottleneck is and why, and whether more processes would help.
  static func lines(_ bottleneck: Bottleneck, of status: JobStatus) -> [String] {
    var lines = [text(bottleneck)]
    if let outlook = bottleneck.outlook {
      lines.append("  " + text(outlook, of: bottleneck, status))
    }
    return lines
  }

  private static func text(_ bottleneck: Bottleneck) -> String {
    let busy = bottleneck.busy.map { NumberText.percent($0) } ?? "-"
    guard bottleneck.kind != .none, let stage = bottleneck.stage else {
      let busiest = bottleneck.stage.map { "; the busiest stage is \($0), busy \(busy)" } ?? ""
      return "bottleneck: none: the sources have no more rows to give" + busiest
    }
    var name = "bottleneck: \(bottleneck.kind.rawValue) \(stage)"
    if let instance = bottleneck.instance { name += ", its process \(instance)" }
    let waiting =
      bottleneck.waiting.map {
        "\($0) waits for it \(NumberText.percent(bottleneck.waitingShare ?? 0)) of its time"
      } ?? ""
    switch bottleneck.reason {
    case .busyAndAwaited: return "\(name): busy \(busy), and \(waiting)"
    case .awaited: return "\(name): \(waiting), though it is busy only \(busy)"
    case .reading: return "\(name): busy \(busy), it reads as fast as it can, and nothing waits"
    case .behindRate: return "\(name): busy \(busy), it does not keep its rate, and nothing waits"
    case .input: return name
    }
  }

  private static func text(
    _ outlook: ScaleOutlook,
    of bottleneck: Bottleneck,
    _ status: JobStatus
  ) -> String {
    guard let limit = outlook.limit else {
      let idle = status.machine?.idleCores.map { ", and \(cores($0)) idle" } ?? ""
      return "more processes can help: it may have \(outlook.most ?? 1)\(idle)"
    }
    return "more processes cannot help: " + text(limit, outlook, on: status.machine)
  }

  private static func text(
    _ limit: ScaleLimit.Reason,
    _ outlook: ScaleOutlook,
    on machine: JobStatus.Machine?
  ) -> String {
    switch limit {
    case .hotKey:
      guard let key = outlook.hotKey else { return text(limit, most: outlook.most) }
      let gain = NumberText.fixed(outlook.speedUpAtMost ?? 1, 1)
      return
        "key \(name(key)) alone has \(share(key)) of its rows, and \(key.instance) all of them: "
        + "at most \(gain) times faster, however many there are"
    case .cores:
      let idle = machine?.idleCores.map { "\(NumberText.fixed($0, 1)) of " } ?? ""
      return "the machine has no idle core (\(idle)\(cores(machine?.cores ?? 0)))"
    case .noKey, .keyGroups, .partitions, .oneWriter, .processes:
      return text(limit, most: outlook.most)
    }
  }

  /// What bounds the processes of a stage, as half a sentence.
  static func text(_ limit: ScaleLimit.Reason, most: Int?) -> String {
    let most = most.map { "\($0)" } ?? "some"
    switch limit {
    case .noKey: return "without a 'key' all rows belong to one"
    case .keyGroups: return "each of the \(most) key groups ('key_groups') belongs to one"
    case .partitions: return "each of the \(most) partitions is read by one"
    case .oneWriter: return "standard output has one writer"
    case .processes: return "no stage has more than \(most)"
    case .hotKey: return "one key has most of its rows"
    case .cores: return "the machine has no idle core"
    }
  }

  static func cores(_ number: Double) -> String {
    let text = NumberText.fixed(number, number == number.rounded() ? 0 : 1)
    return "\(text) core\(text == "1" ? "" : "s")"
  }

  // MARK: Hot keys

  /// A line with the hottest keys of each stage that has some.
  static func hotKeys(of stages: [JobStatus.Stage]) -> [String] {
    stages.compactMap { stage in
      guard let hot = stage.hotKeys, !hot.keys.isEmpty else { return nil }
      let keys = hot.keys.map { "\(name($0)) \(share($0))" }
      return "hottest keys of \(stage.name) by \(hot.columns.joined(separator: ", ")): "
        + keys.joined(separator: ", ")
    }
  }

  /// A key as it stands in a sentence.
  static func name(_ key: HotKeys.Key) -> String {
    key.key.map { "'\($0)'" }.joined(separator: " ")
  }

  private static func share(_ key: HotKeys.Key) -> String {
    "\(NumberText.fixed(key.share * 100, 1)) %"
  }
}
