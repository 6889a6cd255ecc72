import WeirCore
import WeirPOSIX

/// Prints the lines of a log that pass a filter, as far as they are whole.
struct LogPrinter {
  private let filter: LogFilter
  private let write: (String) -> Bool
  private var partial: [UInt8] = []
  /// True once a line has passed.
  private(set) var hasPrinted = false
  /// False once nobody reads what is printed.
  private(set) var hasReader = true

  private static let pieceBytes = 256 << 10

  /// Makes a printer; `write` says whether somebody has taken what it was given.
  init(_ filter: LogFilter, write: @escaping (String) -> Bool) {
    self.filter = filter
    self.write = write
  }

  /// Prints a whole file that nobody adds to; throws E102.
  mutating func print(all file: FileReader) throws(WeirError) {
    _ = try print(file, from: 0)
    finish()
  }

  /// Prints what a file has from an offset on, and returns up to where; throws E102.
  mutating func print(_ file: FileReader, from start: Int64) throws(WeirError) -> Int64 {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceBytes, alignment: 1)
    defer { room.deallocate() }
    var offset = start
    while hasReader {
      let count = try file.read(into: room, at: offset)
      guard count > 0 else { break }
      offset += Int64(count)
      take(room[..<count])
    }
    return offset
  }

  /// Prints a last line without an end.
  mutating func finish() {
    guard !partial.isEmpty else { return }
    take([UInt8(ascii: "\n")])
  }

  mutating func take(_ bytes: some Sequence<UInt8>) {
    partial += bytes
    guard let end = partial.lastIndex(of: UInt8(ascii: "\n")) else { return }
    let text = String(decoding: partial[...end], as: UTF8.self)
    partial.removeSubrange(...end)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let passed = lines.filter { filter.passes($0) }
    guard !passed.isEmpty else { return }
    hasPrinted = true
    hasReader = write(passed.joined(separator: "\n") + "\n")
  }
}
