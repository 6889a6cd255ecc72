import WeirCore
import WeirPOSIX

/// Prints the lines of a log that pass a filter, as far as they are whole.
struct LogPrinter {
  private let filter: LogFilter
  private let write: (String) -> Void
  private var partial: [UInt8] = []
  /// True once a line has passed.
  private(set) var hasPrinted = false

  private static let pieceBytes = 256 << 10

  init(_ filter: LogFilter, write: @escaping (String) -> Void) {
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
    while true {
      let count = try file.read(into: room, at: offset)
      guard count > 0 else { return offset }
      offset += Int64(count)
      take(room[..<count])
    }
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
    write(passed.joined(separator: "\n") + "\n")
  }
}
