/// The bounds of a topology file; each refuses a file with a reason.
package enum TopologyLimits {
  /// Bytes of the text.
  package static let textBytes = 1 << 20
  /// Scalars, lists and maps, aliases counted as often as they stand for something.
  package static let nodes = 100_000
  /// How deep lists and maps may lie in one another.
  package static let depth = 64
  /// Characters of a name of a run or a stage: it becomes part of file names.
  package static let nameLength = 64
  /// The longest duration, a hundred years, in microseconds: sums of a few stay within 64 bits.
  package static let longestDuration: Int64 = 36_500 * 86_400_000_000
}
