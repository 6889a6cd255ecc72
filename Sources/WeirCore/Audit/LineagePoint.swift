/// What had been sent to the sinks that make files when an epoch was complete, since the run began.
///
/// Counted and fingerprinted by the senders, at the barrier: the sinks had nothing to say in it.
package struct LineagePoint: Hashable, Sendable {
  package var epoch: Epoch
  /// By edge and receiver, in the order of `channels(of:)`.
  package var sent: [RowTotal]

  package init(epoch: Epoch, sent: [RowTotal]) {
    self.epoch = epoch
    self.sent = sent
  }

  /// What the senders of a manifest say, added up.
  package init(_ manifest: Manifest, of job: JobPlan) {
    epoch = manifest.epoch
    let channels = Self.channels(of: job, covering: manifest)
    sent = channels.map { _ in RowTotal() }
    for member in manifest.members {
      for part in member.snapshot.sent {
        let place = channels.firstIndex { $0.edge == part.edge && $0.receiver == part.receiver }
        guard let place else { continue }
        sent[place] += RowTotal(rows: part.rows, fingerprint: part.fingerprint)
      }
    }
  }

  /// The edges into sinks that make files, with each process that the sink has or ever had, in order.
  ///
  /// `manifest` knows of those that are gone.
  package static func channels(
    of job: JobPlan,
    covering manifest: Manifest? = nil
  ) -> [(edge: EdgeIndex, receiver: Int)] {
    let sent = manifest?.members.flatMap(\.snapshot.sent) ?? []
    return job.edges.indices.filter { job.leadsToFiles($0) }.flatMap { edge in
      let known = sent.filter { $0.edge == edge }.map { $0.receiver + 1 }.max() ?? 0
      return (0..<max(job.stages[job.edges[edge].to].processes, known)).map { (edge, $0) }
    }
  }
}
