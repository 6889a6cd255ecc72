/// Room behind the end of every buffer of a column: kernels load and store whole words past the end.
///
/// What is read there is never used.
package let columnSlack = 64

/// Allocates uninitialised bytes with `columnSlack` more behind them, aligned for any load.
@inline(never)
func allocateBytes(_ count: Int) -> UnsafeMutableRawPointer {
  .allocate(byteCount: count + columnSlack, alignment: 64)
}

/// The size to grow to: at least `needed`, at least half as much again as now.
func grownCapacity(_ current: Int, toHold needed: Int) -> Int {
  max(needed, current + current / 2, 64)
}
