import Glibc
import WeirColumns
import WeirCore

/// Turns frames into bytes.
///
/// Belongs to one thread. The bytes depend on the frames of a channel and their order alone, so a replay gives the same.
package final class FrameEncoder {
  /// Bodies shorter than this are not worth compressing, in bytes.
  private static let leastCompressed = 256

  private let codec: BlockCodec
  private let policy: CompressionPolicy
  private let batches = BatchEncoder()
  private let scratch = ScratchMemory(capacity: 256 << 10)
  private var trials: [ChannelID: CompressionTrial] = [:]

  package init(codec: BlockCodec, policy: CompressionPolicy) {
    self.codec = codec
    self.policy = policy
  }

  /// Encodes a frame; O(bytes).
  ///
  /// The header of a batch says how many rows and what footprint it has, within `WireLimits`.
  package func encode(_ frame: Frame) -> EncodedFrame {
    let header = frame.header
    switch header.kind {
    case .batch:
      guard let batch = frame.batch else { preconditionFailure("a batch without rows: \(header)") }
      return encode(batch, header)
    case .hello:
      guard let hello = frame.hello else { preconditionFailure("an empty hello: \(header)") }
      let memory = allocate(body: FrameLayout.helloLength)
      hello.write(to: memory + FrameLayout.headerLength)
      return seal(memory, header, .none, FrameLayout.helloLength, FrameLayout.helloLength)
    case .watermark, .idle, .active, .barrier, .end, .credit, .retire:
      precondition(header.rows == 0 && frame.batch == nil, "a signal with rows: \(header)")
      return seal(allocate(body: 0), header, .none, 0, 0)
    }
  }

  /// Forgets what was learned about a channel that has ended.
  package func forget(_ channel: ChannelID) { trials[channel] = nil }

  private func encode(_ batch: Batch, _ header: FrameHeader) -> EncodedFrame {
    let footprint = batch.footprint
    precondition(
      header.rows == batch.count && header.footprint == footprint,
      "a header of \(header.rows) rows, \(header.footprint) bytes; \(batch.count), \(footprint) lie"
    )
    precondition(
      batch.count <= WireLimits.rows && footprint <= WireLimits.footprint
        && batch.columns.count <= WireLimits.columns,
      "\(batch.count) rows of \(footprint) bytes exceed a frame"
    )
    let bound = BodyLayout.bound(footprint: footprint, columns: batch.columns.count)
    guard isCompressing(header.channel) else {
      let memory = allocate(body: bound)
      let count = batches.write(batch, to: memory + FrameLayout.headerLength)
      return seal(memory, header, .none, count, count)
    }
    scratch.reserve(bound)
    let count = batches.write(batch, to: scratch.bytes)
    return compress(UnsafeRawBufferPointer(start: scratch.bytes, count: count), header)
  }

  private func isCompressing(_ channel: ChannelID) -> Bool {
    switch policy {
    case .none: false
    case .lz4: true
    case .auto: trials[channel, default: CompressionTrial()].begin()
    }
  }

  private func compress(_ body: UnsafeRawBufferPointer, _ header: FrameHeader) -> EncodedFrame {
    let memory = allocate(body: body.count)
    let target = memory + FrameLayout.headerLength
    if body.count >= Self.leastCompressed {
      let room =
        policy == .auto ? CompressionTrial.room(for: body.count) : body.count - 1
      let written = codec.compress(body, UnsafeMutableRawBufferPointer(start: target, count: room))
      precondition(written <= room, "\(written) bytes compressed into \(room)")
      if policy == .auto { trials[header.channel]?.end(paid: written > 0) }
      if written > 0 { return seal(memory, header, .lz4, written, body.count) }
    }
    memcpy(target, scratch.bytes, body.count)
    return seal(memory, header, .none, body.count, body.count)
  }

  /// Memory for a header and a body.
  private func allocate(body: Int) -> UnsafeMutableRawPointer {
    .allocate(byteCount: FrameLayout.headerLength + body, alignment: 16)
  }

  private func seal(
    _ memory: UnsafeMutableRawPointer,
    _ header: FrameHeader,
    _ codec: CodecTag,
    _ encoded: Int,
    _ decoded: Int
  ) -> EncodedFrame {
    let body = BodyDescription(codec: codec, encodedLength: encoded, decodedLength: decoded)
    header.write(body, to: memory)
    return EncodedFrame(owning: memory, count: FrameLayout.headerLength + encoded)
  }
}
