import WeirColumns
import WeirCore

/// The bounds of what goes over a wire; a frame beyond them is refused before memory is taken.
///
/// A sender that would exceed one has a bug: batches are cut long before.
package enum WireLimits {
  /// Rows of a batch: indices of rows are 16 bits wide.
  package static let rows = SelectionBuffer.maximumRows
  /// Bytes that the rows of a frame may take in memory (`Batch.footprint`).
  package static let footprint = Limits.frameBytes
  /// Bytes of a body, encoded or decoded: the rows as they lie in memory, and the heads of columns.
  package static let bodyLength = footprint + (1 << 20)
  /// Columns of a batch.
  package static let columns = 4096
  /// Bytes of a header of any version.
  package static let headerLength = 1024
  /// How many times as long as its bytes a block can decode to: LZ4 reaches 255.
  package static let blockRatio = 255
  /// Bytes of a control message; a topology's text is the largest part of one.
  package static let controlMessage = 16 << 20
  /// How deep the values of a control message may be nested.
  package static let controlDepth = 32
}
