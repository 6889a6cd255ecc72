/// How many rows there are, and their fingerprint: the sums over any pieces of them.
package struct RowTotal: Hashable, Sendable {
  package var rows: UInt64
  /// As `OutputFingerprint` takes it.
  package var fingerprint: UInt64

  package init(rows: UInt64 = 0, fingerprint: UInt64 = 0) {
    self.rows = rows
    self.fingerprint = fingerprint
  }

  package static func += (left: inout RowTotal, right: RowTotal) {
    left.rows &+= right.rows
    left.fingerprint &+= right.fingerprint
  }

  /// What was added between two cumulative totals.
  static func - (left: RowTotal, right: RowTotal) -> RowTotal {
    RowTotal(
      rows: left.rows &- right.rows,
      fingerprint: left.fingerprint &- right.fingerprint
    )
  }
}
