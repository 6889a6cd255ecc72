import WeirCore
import WeirPOSIX

/// The topology that `weir init` writes.
enum StarterTopology {
  static let fileName = "topology.yaml"

  /// Writes the file and returns its path; throws E106 if it exists, else E101, E103 to E107.
  static func write(into folder: String) throws(WeirError) -> String {
    try Folder.create(folder)
    let path = folder.hasSuffix("/") ? folder + fileName : "\(folder)/\(fileName)"
    let file = try FileWriter(creating: path)
    let bytes = Array(text.utf8)
    try bytes.span.withUnsafeBytes { raw throws(WeirError) in try file.append(raw) }
    try file.sync()
    file.close()
    return path
  }

  static let text = """
    # Cards that are declined again and again: more than three times within ten minutes.
    #
    #   weir check topology.yaml     what it does, stage by stage
    #   weir run topology.yaml       two million payments, a few seconds
    #   weir run topology.yaml --fresh   once more: the first output is kept beside the new one
    weir: 1
    name: declined-cards
    checkpoints: none

    sources:
      payments:
        generate:                  # rows made from their numbers: no data needed
          rows: 2000000
          seed: 1
          columns:
            auth_id:     { sequence: "a%09d" }
            card_token:  { pick: "c%06d", count: 100000, skew: 1.1 }
            status:      { weights: { APPROVED: 0.8, DECLINED: 0.2 } }
            amount_usd:  { lognormal: { median: 24.00, sigma: 1.1 }, max: 5000, type: decimal(2) }
            terminal_ts: { clock: { start: 2026-01-01T00:00:00Z, rows_per_second: 200 }, disorder: 45s }
        event_time: terminal_ts
        watermark: { lag: 45s }

    operators:
      declines:
        from: payments
        where: status = 'DECLINED'
        key: card_token
        window: { sliding: 10m, every: 1m }
        aggregate:
          declines: count()
          amount_usd: sum(amount_usd)
        having: declines > 3

    sinks:
      alerts:
        from: declines
        file: { path: out/alerts.jsonl }
        format: json

    """
}
