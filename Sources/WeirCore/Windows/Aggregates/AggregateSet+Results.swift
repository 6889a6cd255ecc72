import WeirColumns

extension AggregateSet {
  /// Appends one aggregate's results; see `Aggregate.result`.
  func result(
    _ member: Member,
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let aggregate = member.aggregate ?? rows
    return aggregate.result(base, places, count, into: column, used: used)
  }

  /// Appends one aggregate's results of slots straight from their chunks, all of which are there.
  ///
  /// Its columns begin at `offset` in a chunk. Returns the position whose result does not fit.
  func appendResults(
    _ member: Member,
    _ offset: Int,
    of slots: UnsafeBufferPointer<UInt32>,
    in chunks: ChunkTable,
    into column: Column,
    used: Int
  ) -> Int? {
    let shift = UInt32(self.slots.trailingZeroBitCount)
    let mask = UInt32(self.slots - 1)
    let places = [UInt16](unsafeUninitializedCapacity: slots.count) { buffer, count in
      for position in 0..<slots.count {
        buffer[position] = UInt16(truncatingIfNeeded: slots[position] & mask)
      }
      count = slots.count
    }
    return places.withUnsafeBufferPointer { buffer in
      guard let places = buffer.baseAddress else { return nil }
      var start = 0
      while start < slots.count {
        let chunk = slots[start] >> shift
        var end = start + 1
        while end < slots.count, slots[end] >> shift == chunk { end += 1 }
        guard let base = chunks.chunk(Int(chunk)) else {
          preconditionFailure("no chunk \(chunk) of a result")
        }
        let failed = result(
          member,
          base + offset,
          places + start,
          end - start,
          into: column,
          used: used + start
        )
        if let failed { return start + failed }
        start = end
      }
      return nil
    }
  }
}
