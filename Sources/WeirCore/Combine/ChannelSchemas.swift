import WeirColumns

/// What the batches of each channel may be: rows, or partial aggregates of them.
package struct ChannelSchemas: Sendable {
  private let rows: [Schema]
  private let combined: [Schema?]

  /// By edge: what travels does not depend on how many processes there are.
  package init(_ job: JobPlan) {
    let forms = job.combinedForms
    rows = job.edges.map(\.schema)
    combined = job.edges.indices.map { forms[$0]?.schema }
  }

  /// The schema of that fingerprint, if the channel carries such batches, else that of its rows; nil
  /// if there is no such channel.
  package func schema(of channel: ChannelID, _ fingerprint: UInt64) -> Schema? {
    let edge = channel.edge
    guard rows.indices.contains(edge) else { return nil }
    if let combined = combined[edge], combined.fingerprint == fingerprint { return combined }
    return rows[edge]
  }
}
