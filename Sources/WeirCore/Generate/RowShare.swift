import WeirColumns

/// The rows of a generator that one instance makes: those of the partitions it owns.
///
/// Row i belongs to partition i mod `GeneratePlan.partitions`. The instance makes its rows in the
/// order of their numbers; the position of a row counts the rows that the instance made before it.
package struct RowShare: Hashable, Sendable {
  /// Ascending.
  package let partitions: [PartitionID]

  package init(_ partitions: [PartitionID]) { self.partitions = partitions.sorted() }

  /// The share of a process: the partitions p with p mod `processes` == `index`.
  package init(index: Int, of processes: Int) {
    self.init(
      (0..<GeneratePlan.partitions).filter { $0 % processes == index }.map { PartitionID($0) }
    )
  }

  /// The number of the row at a position; the share is not empty.
  package func number(at position: Int) -> Int {
    let (round, place) = position.quotientAndRemainder(dividingBy: partitions.count)
    return round * GeneratePlan.partitions + partitions[place].number
  }

  /// How many of the first `rows` rows belong to the share.
  ///
  /// O(partitions).
  package func count(below rows: Int) -> Int {
    let (rounds, rest) = rows.quotientAndRemainder(dividingBy: GeneratePlan.partitions)
    return rounds * partitions.count + partitions.count { $0.number < rest }
  }

  /// The fingerprint of rows at these positions, for each partition: their hashed numbers added up.
  ///
  /// Wraps. O(rows + partitions).
  package func fingerprints(_ positions: Range<Int>) -> [UInt64] {
    var sums = [UInt64](repeating: 0, count: partitions.count)
    guard !positions.isEmpty else { return sums }
    var (round, place) = positions.lowerBound.quotientAndRemainder(dividingBy: partitions.count)
    for _ in positions {
      let number = round * GeneratePlan.partitions + partitions[place].number
      sums[place] &+= KeyHash.word(UInt64(number), KeyHash.defaultSeed)
      place += 1
      if place == partitions.count {
        place = 0
        round += 1
      }
    }
    return sums
  }

  /// Writes the numbers of `count` rows from a position on.
  func write(from position: Int, count: Int, to numbers: UnsafeMutablePointer<Int>) {
    guard count > 0 else { return }
    var (round, place) = position.quotientAndRemainder(dividingBy: partitions.count)
    for index in 0..<count {
      numbers[index] = round * GeneratePlan.partitions + partitions[place].number
      place += 1
      if place == partitions.count {
        place = 0
        round += 1
      }
    }
  }
}
