import WeirCore
import WeirPOSIX

/// Reads a part back while it is written, so that at its end little is left to be read.
final class PartReading {
  private let file: FileReader
  private var checksum = Checksum()
  /// Bytes that were read back.
  private(set) var offset: Int64 = 0
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)

  /// Opens the part; throws E101.
  init(_ path: String) throws(WeirError) { file = try FileReader(path) }

  // The room belongs to this object alone.
  deinit { room.deallocate() }

  /// Which file it is, whatever its name.
  var identity: FileIdentity { file.identity }

  /// Reads on up to an offset, or to where the file ends; throws E102.
  func read(to end: Int64) throws(WeirError) {
    while offset < end {
      let wanted = UnsafeMutableRawBufferPointer(
        rebasing: room[..<Int(min(Int64(room.count), end - offset))]
      )
      let count = try file.read(into: wanted, at: offset)
      guard count > 0 else { return }
      checksum.add(UnsafeRawBufferPointer(rebasing: wanted[..<count]))
      offset += Int64(count)
    }
  }

  /// Reads the rest, and says whether the file is what was prepared; throws E102.
  func isWhole(_ part: PreparedPart) throws(WeirError) -> Bool {
    guard try file.size() == part.length else { return false }
    try read(to: part.length)
    return offset == part.length && checksum.value == part.checksum
  }
}
