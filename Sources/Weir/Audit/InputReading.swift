import WeirCore
import WeirPOSIX

/// Reads the inputs of a run again, up to where a checkpoint says that they were read.
enum InputReading {
  /// Bytes that are read at once.
  private static let blockBytes = 1 << 18

  /// One entry for each partition that was read; throws E102 and E433.
  ///
  /// O(bytes, or rows where they are generated).
  static func evidence(_ manifest: Manifest, _ job: JobPlan) throws(WeirError) -> [InputEvidence] {
    var evidence: [InputEvidence] = []
    for member in manifest.members {
      guard let stage = job.index(of: member.instance.stage),
        case .source(let source) = job.stages[stage].role
      else { continue }
      let partitions = member.snapshot.partitions
      switch source.connector {
      case .file(let plan):
        for partition in partitions {
          guard let position = partition.position else { continue }
          let known = try FilePosition(position.text)
          evidence.append(
            InputEvidence(
              stage,
              partition.partition,
              name: known.path,
              fingerprint: try sum(known, plan)
            )
          )
        }
      case .generate:
        guard let text = partitions.first?.position?.text, let rows = Int(text) else { continue }
        let share = RowShare(partitions.map(\.partition))
        for (partition, sum) in zip(share.partitions, share.fingerprints(0..<rows)) {
          evidence.append(
            InputEvidence(
              stage,
              partition,
              name: "\(job.stages[stage].name), partition \(partition.number)",
              fingerprint: sum
            )
          )
        }
      }
    }
    return evidence
  }

  /// The sum of the bytes that were read of a file, as far as it has them; nil if it has gone.
  private static func sum(
    _ position: FilePosition,
    _ plan: FileSourcePlan
  ) throws(WeirError) -> UInt64? {
    guard let file = try open(position, plan) else { return nil }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: blockBytes, alignment: 64)
    defer { buffer.deallocate() }
    var sum = ByteSum()
    var offset: Int64 = 0
    while offset < position.offset {
      let wanted = Int(min(Int64(blockBytes), position.offset - offset))
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
      let count = try file.read(into: part, at: offset)
      sum.add(UnsafeRawBufferPointer(rebasing: part[..<count]), at: offset)
      offset += Int64(count)
      if count < wanted { break }
    }
    return sum.value
  }

  /// The file of a position; one that is followed may have another name by now.
  private static func open(
    _ position: FilePosition,
    _ plan: FileSourcePlan
  ) throws(WeirError) -> FileReader? {
    guard plan.follow else {
      guard try FileReader.identity(of: position.path) != nil else { return nil }
      return try FileReader(position.path)
    }
    let search = FileSearch(pattern: plan.path)
    return try search.find(position.identity, lastAt: position.path) { _ in true }?.0
  }
}
