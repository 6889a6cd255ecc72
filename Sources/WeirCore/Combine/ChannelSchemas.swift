import WeirColumns

/// What the batches of each channel may be: rows, or partial aggregates of them.
package struct ChannelSchemas: Sendable {
  private let rows: [Schema]
  private let combined: [Schema?]

  /// By the numbers of the plan's channels.
  package init(_ job: JobPlan) {
    let forms = job.combinedForms
    rows = job.channels.map { job.edges[$0.edge].schema }
    combined = job.channels.map { forms[$0.edge]?.schema }
  }

  /// The schema of that fingerprint, if the channel carries such batches, else that of its rows; nil
  /// if there is no such channel.
  package func schema(of channel: ChannelID, _ fingerprint: UInt64) -> Schema? {
    let number = Int(channel.number)
    guard rows.indices.contains(number) else { return nil }
    if let combined = combined[number], combined.fingerprint == fingerprint { return combined }
    return rows[number]
  }
}
