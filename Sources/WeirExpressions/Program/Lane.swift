import WeirColumns

/// An argument of a kernel: a column with a value for each row, or one value for all.
struct Lane {
  let column: Column
  /// Only row 0 of the column counts, for every row.
  let isConstant: Bool

  /// Row `r` of the batch lies at `r & mask` in the column.
  var mask: Int { isConstant ? 0 : -1 }
}

/// The texts of a lane, by row of the batch.
struct TextLane {
  // Borrowed from a column that outlives the kernel.
  let offsets: UnsafeMutablePointer<UInt32>
  let arena: UnsafeMutablePointer<UInt8>
  let mask: Int

  init(_ lane: Lane) {
    offsets = lane.column.offsets
    arena = lane.column.arena
    mask = lane.mask
  }

  @inline(__always)
  subscript(row: Int) -> UnsafeRawBufferPointer {
    let index = row & mask
    let start = Int(offsets[index])
    return UnsafeRawBufferPointer(
      start: arena + start,
      count: Int(offsets[index &+ 1]) &- start
    )
  }
}
