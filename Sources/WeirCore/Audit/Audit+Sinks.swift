// Parts against what was sent.

extension Audit {
  /// An interval of epochs whose ends are known: what was sent in it is what its parts must hold.
  private struct Interval {
    var epochs: ClosedRange<Epoch>
    /// By channel.
    var sent: [RowTotal]
    var parts: [PartEvidence] = []
  }

  mutating func check(_ sink: SinkEvidence) {
    guard case .sink(let plan) = job.stages[sink.stage].role else { return }
    let name = job.stages[sink.stage].name
    if let reason = sink.unread {
      notes.append("the rows of sink '\(name)' are not read back: \(reason)")
      return
    }
    var sink = sink
    if plan.delivery == .atMostOnce, evidence.isFinished { dropHidden(&sink, name) }
    for part in sink.parts {
      for reason in part.faults {
        fault(
          sink.stage,
          "\"\(part.path)\": \(reason)",
          epochs: part.epoch.map { $0...$0 },
          files: [part.path]
        )
      }
    }
    checkHidden(sink, name)
    switch plan.delivery {
    case .exactlyOnce: checkIntervals(sink)
    case .atLeastOnce, .atMostOnce: checkTotals(sink, plan.delivery)
    }
  }

  /// Leaves out what was complete when somebody died and was asked for no more, since nobody knew
  /// whether it was visible.
  private mutating func dropHidden(_ sink: inout SinkEvidence, _ name: String) {
    let hidden = sink.parts.count { $0.isHidden }
    guard hidden > 0 else { return }
    sink.parts.removeAll { $0.isHidden }
    notes.append(
      "\(hidden) parts of sink '\(name)' were complete and never shown, as at-most-once allows"
    )
  }

  private mutating func checkHidden(_ sink: SinkEvidence, _ name: String) {
    let hidden = sink.parts.filter(\.isHidden)
    guard !hidden.isEmpty, !evidence.isLive else { return }
    guard evidence.isFinished else {
      notes.append(
        "\(hidden.count) parts of sink '\(name)' are complete and not visible: the next run shows "
          + "them"
      )
      return
    }
    for part in hidden {
      fault(
        sink.stage,
        "\"\(part.path)\" should be visible: the run has finished",
        epochs: part.epoch.map { $0...$0 },
        files: [part.path]
      )
    }
  }

  // MARK: Exactly once

  private mutating func checkIntervals(_ sink: SinkEvidence) {
    let channels = LineagePoint.channels(of: job, covering: manifest)
    let edges = sink.shapes.flatMap { $0 }
    let receivers = channels.filter { edges.contains($0.edge) }.map { $0.receiver + 1 }.max() ?? 0
    for interval in intervals(sink) {
      for receiver in 0..<receivers {
        let parts = interval.parts.filter { $0.instance == receiver }
        var sent: [RowTotal] = []
        for edges in sink.shapes {
          var total = RowTotal()
          for (place, channel) in channels.enumerated()
          where channel.receiver == receiver && edges.contains(channel.edge) {
            total += interval.sent[place]
          }
          sent.append(total)
        }
        compare(sent, parts, sink, receiver, interval.epochs)
      }
      let strangers = interval.parts.filter { $0.instance >= receivers && $0.rows > 0 }
      for part in strangers { doubled(part, sink, "the sink has no process \(part.instance)") }
    }
  }

  /// The known intervals up to the audited epoch, with the sink's parts; those beyond are faults.
  private mutating func intervals(_ sink: SinkEvidence) -> [Interval] {
    let last = LineagePoint(manifest, of: job)
    var points = evidence.points.filter {
      $0.epoch < last.epoch && $0.sent.count == last.sent.count
    }
    // Without checkpoints there is one epoch, whatever number is in a name. A part without a number
    // is the only one, of whichever epoch the sink's input ended in.
    if job.checkpoints == nil || sink.parts.contains(where: { $0.epoch == nil }) { points = [] }
    points.append(last)
    var intervals: [Interval] = []
    var before: LineagePoint?
    for point in points {
      let first = Epoch((before?.epoch.number ?? 0) + 1)
      let sent = point.sent.enumerated().map { place, total in
        total - (before?.sent[place] ?? RowTotal())
      }
      intervals.append(Interval(epochs: min(first, point.epoch)...point.epoch, sent: sent))
      before = point
    }
    var place = 0
    for part in sink.parts.sorted(by: { ($0.epoch ?? last.epoch) < ($1.epoch ?? last.epoch) }) {
      let epoch = job.checkpoints == nil ? last.epoch : part.epoch ?? last.epoch
      while place < intervals.count, intervals[place].epochs.upperBound < epoch { place += 1 }
      if place < intervals.count {
        intervals[place].parts.append(part)
      } else if !evidence.isLive {
        doubled(part, sink, "checkpoint \(last.epoch.number) is the last that was complete")
      }
    }
    return intervals
  }

  /// The rows that were sent to a process of the sink, against those that are in its parts.
  private mutating func compare(
    _ sent: [RowTotal],
    _ parts: [PartEvidence],
    _ sink: SinkEvidence,
    _ receiver: Int,
    _ epochs: ClosedRange<Epoch>
  ) {
    var found = sent.map { _ in RowTotal() }
    for part in parts { for (shape, total) in part.found.enumerated() { found[shape] += total } }
    guard found != sent else { return }
    let wanted = sent.reduce(0) { $0 &+ $1.rows }
    let there = found.reduce(0) { $0 &+ $1.rows }
    let instance = InstanceID(job.stages[sink.stage].name, receiver)
    let files = parts.map(\.path)
    let names = Self.names(files)
    let sentText = "\(Self.rows(wanted)) sent to '\(instance)' \(Self.text(epochs))"
    let message: String
    if parts.isEmpty {
      message = "a part is missing: \(sentText), and no file of it is there"
    } else if there < wanted {
      message = "\(Self.rows(wanted - there)) missing: \(sentText), \(there) in \(names)"
    } else if there > wanted {
      message =
        "\(Self.rows(there - wanted)) too many: \(sentText), \(there) in \(names)"
        + (parts.first { twin(of: $0, in: sink) != nil }.flatMap { part in
          twin(of: part, in: sink).map { "; \"\(part.path)\" holds the rows of \"\($0)\" again" }
        } ?? "")
    } else {
      message = "other rows than were sent: \(sentText), as many in \(names), and they were changed"
    }
    fault(sink.stage, message, epochs: epochs, instance: receiver, files: files)
  }

  /// A part that nothing explains.
  private mutating func doubled(_ part: PartEvidence, _ sink: SinkEvidence, _ reason: String) {
    let copy = twin(of: part, in: sink).map { ", and holds the rows of \"\($0)\" again" } ?? ""
    fault(
      sink.stage,
      "\"\(part.path)\" is no part of the output\(copy): \(reason)",
      epochs: part.epoch.map { $0...$0 },
      files: [part.path]
    )
  }

  /// Another part that holds the same rows.
  private func twin(of part: PartEvidence, in sink: SinkEvidence) -> String? {
    guard part.rows > 0 else { return nil }
    return sink.parts.first { $0.path != part.path && $0.found == part.found }?.path
  }

  // MARK: Other guarantees

  /// Rows that are there more than once, or not at all, as the guarantee allows: counted, not found.
  private mutating func checkTotals(_ sink: SinkEvidence, _ delivery: Delivery) {
    let channels = LineagePoint.channels(of: job, covering: manifest)
    let point = LineagePoint(manifest, of: job)
    let name = job.stages[sink.stage].name
    for (shape, edges) in sink.shapes.enumerated() {
      var sent = RowTotal()
      for (place, channel) in channels.enumerated() where edges.contains(channel.edge) {
        sent += point.sent[place]
      }
      var found = RowTotal()
      for part in sink.parts { found += part.found[shape] }
      guard found != sent else { continue }
      let text = "\(sent.rows) sent, \(found.rows) in its files"
      if found.rows == sent.rows {
        fault(sink.stage, "sink '\(name)' holds other rows than were sent to it: \(text)")
      } else if found.rows > sent.rows, delivery == .atMostOnce {
        fault(sink.stage, "sink '\(name)' holds rows more than once: \(text)")
      } else if found.rows < sent.rows, delivery == .atLeastOnce {
        fault(sink.stage, "sink '\(name)' has lost rows: \(text)")
      } else {
        notes.append(
          found.rows > sent.rows
            ? "sink '\(name)' holds \(Self.rows(found.rows - sent.rows)) more than once, as "
              + "at-least-once allows"
            : "sink '\(name)' has lost \(Self.rows(sent.rows - found.rows)), as at-most-once allows"
        )
      }
    }
  }

  // MARK: Words

  private static func text(_ epochs: ClosedRange<Epoch>) -> String {
    let (first, last) = (epochs.lowerBound.number, epochs.upperBound.number)
    return first == last ? "in epoch \(last)" : "in epochs \(first) to \(last)"
  }

  private static func names(_ files: [String]) -> String {
    let shown = files.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
    return files.count > 3 ? "\(shown) and \(files.count - 3) more" : shown
  }
}

extension PartEvidence {
  /// All its rows.
  var rows: UInt64 { found.reduce(0) { $0 &+ $1.rows } }
}
