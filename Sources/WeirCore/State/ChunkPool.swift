import Glibc

/// Zeroed memory blocks of one size, cut from slabs and used again.
///
/// Slabs grow with what the pool has, from 64 KiB to 2 MiB, so that at most a quarter of it waits to be
/// used; the largest lie on huge pages where the system gives them. What was taken once stays with the
/// pool, so memory is bounded by the most ever in use.
final class ChunkPool {
  /// The most bytes of a chunk: what a checkpoint writes as one piece.
  static let maximumChunkBytes = 65_536

  let chunkBytes: Int
  private var slabs: [UnsafeMutableRawPointer] = []
  // The last block that was given back; its first 8 bytes refer to the one before.
  private var free: UnsafeMutableRawPointer?
  // The rest of the newest slab.
  private var cursor: UnsafeMutableRawPointer?
  private var left = 0
  /// Bytes of all slabs.
  private(set) var reservedBytes = 0

  private static let leastSlab = 64 << 10
  private static let largestSlab = 2 << 20

  init(chunkBytes: Int) {
    precondition(
      chunkBytes > 0 && chunkBytes <= Self.maximumChunkBytes,
      "a chunk of \(chunkBytes) bytes"
    )
    self.chunkBytes = (chunkBytes + 63) & ~63
  }

  deinit {
    for slab in slabs { slab.deallocate() }
  }

  /// A zeroed block.
  func take() -> UnsafeMutableRawPointer {
    if let block = free {
      free = block.load(as: UnsafeMutableRawPointer?.self)
      memset(block, 0, chunkBytes)
      return block
    }
    if left < chunkBytes { addSlab() }
    guard let block = cursor else { preconditionFailure("no slab after adding one") }
    cursor = block + chunkBytes
    left -= chunkBytes
    memset(block, 0, chunkBytes)
    return block
  }

  /// Takes a block back.
  func give(_ block: UnsafeMutableRawPointer) {
    block.storeBytes(of: free, as: UnsafeMutableRawPointer?.self)
    free = block
  }

  private func addSlab() {
    var slabBytes = Self.leastSlab
    while slabBytes < Self.largestSlab, slabBytes * 8 <= reservedBytes { slabBytes *= 2 }
    let isLarge = slabBytes == Self.largestSlab
    let size = max(slabBytes, chunkBytes)
    let slab = UnsafeMutableRawPointer.allocate(
      byteCount: size,
      alignment: isLarge ? Self.largestSlab : 64
    )
    // 14 is MADV_HUGEPAGE; a refusal costs speed only.
    if isLarge { madvise(slab, size, 14) }
    slabs.append(slab)
    cursor = slab
    left = size
    reservedBytes += size
  }
}
