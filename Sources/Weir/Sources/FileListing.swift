import WeirCore

/// Which file is which partition of a source that reads its files once.
enum FileListing {
  /// The paths of the partitions, in the order of their numbers.
  ///
  /// `listed` are the files that there are now, `known` the partitions of all instances of the source
  /// at the checkpoint from which the run goes on; none in a run that begins. A file that was read
  /// keeps its number, found by its path, also if it has gone since: reading it on is an error then,
  /// unless it was read to its end. New files come behind. Throws E433, or E436 if a file has gone
  /// that was to be read and had not been begun.
  static func paths(
    listed: [String],
    known: [PartitionSnapshot]
  ) throws(WeirError) -> [String] {
    let count = known.map { $0.partition.number + 1 }.max() ?? 0
    var paths = [String?](repeating: nil, count: count)
    for partition in known {
      guard let position = partition.position else { continue }
      paths[partition.partition.number] = try FilePosition(position.text).path
    }
    let taken = Set(paths.compactMap { $0 })
    // Of a partition that was not begun nothing is known: any file that was not begun can be it.
    var others = listed.filter { !taken.contains($0) }[...]
    var result: [String] = []
    for path in paths {
      guard let next = path ?? others.popFirst() else {
        throw WeirError(
          "E436",
          "a file that the last checkpoint knows of has gone, and was not read",
          detail: "\(count) files were to be read, \(listed.count) are there",
          hint: "bring it back under its name, or begin anew with '--fresh'",
          blame: .user
        )
      }
      result.append(next)
    }
    return result + others
  }
}
