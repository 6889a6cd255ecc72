import WeirColumns
import WeirCore

/// Turns bytes from a wire into frames, and believes nothing of them.
///
/// Belongs to one thread.
package final class FrameDecoder {
  private let codec: BlockCodec
  private let batches = BatchDecoder()
  private let scratch = ScratchMemory(capacity: 256 << 10)

  package init(codec: BlockCodec) { self.codec = codec }

  /// Verifies magic, version, lengths, limits and checksum, and returns the header.
  ///
  /// O(bytes), for the checksum. Throws a fault that names the channel where it is known.
  package func header(_ bytes: UnsafeRawBufferPointer) throws(FrameFault) -> FrameHeader {
    try VerifiedFrame(bytes).header
  }

  /// Decodes a frame, the rows of a batch into one from the pool; O(bytes + rows x columns).
  ///
  /// `schema` says which rows a channel carries, or what it carries of the fingerprint in the header. Throws a fault that names the channel; the batch
  /// is then back in the pool.
  package func decode(
    _ bytes: UnsafeRawBufferPointer,
    schema: (ChannelID, UInt64) -> Schema?,
    pool: BatchPool
  ) throws(FrameFault) -> Frame {
    let frame = try VerifiedFrame(bytes)
    let header = frame.header
    do throws(FrameFault.Reason) {
      switch header.kind {
      case .batch:
        guard let schema = schema(header.channel, header.schema) else {
          throw FrameFault.Reason.unknownChannel
        }
        return Frame(header, batch: try batch(frame, schema, pool))
      case .hello:
        guard let hello = Hello(try body(frame)) else { throw FrameFault.Reason.damagedHello }
        return Frame(header, hello: hello)
      case .watermark, .idle, .active, .barrier, .end, .credit, .retire:
        guard header.rows == 0, frame.stored.isEmpty else {
          throw FrameFault.Reason.unexpectedBody(header.kind)
        }
        return Frame(header)
      }
    } catch {
      throw FrameFault(error, channel: header.channel)
    }
  }

  private func batch(
    _ frame: VerifiedFrame,
    _ schema: Schema,
    _ pool: BatchPool
  ) throws(FrameFault.Reason) -> Batch {
    let header = frame.header
    let expected = schema.fingerprint
    guard header.schema == expected else {
      throw .schemaMismatch(claimed: header.schema, expected: expected)
    }
    let least = BatchDecoder.leastFootprint(schema, rows: header.rows)
    guard least <= header.footprint else { throw .damagedBody(.footprint) }
    let body = try body(frame)
    let batch = pool.take(schema, rows: header.rows)
    do {
      try batches.read(body, rows: header.rows, footprint: header.footprint, into: batch)
    } catch {
      pool.give(batch)
      throw error
    }
    return batch
  }

  /// The body, decompressed if need be; valid until the next frame.
  private func body(_ frame: VerifiedFrame) throws(FrameFault.Reason) -> UnsafeRawBufferPointer {
    let stored = frame.stored
    let length = frame.body.decodedLength
    switch frame.body.codec {
    case .none:
      guard stored.count == length else { throw .badLength(claimed: length, actual: stored.count) }
      return stored
    case .lz4:
      guard length <= stored.count * WireLimits.blockRatio else { throw .damagedBlock }
      scratch.reserve(length)
      let target = UnsafeMutableRawBufferPointer(start: scratch.bytes, count: length)
      guard codec.decompress(stored, target) == length else { throw .damagedBlock }
      return UnsafeRawBufferPointer(target)
    }
  }
}
