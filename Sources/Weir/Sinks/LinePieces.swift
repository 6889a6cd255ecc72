/// Bytes cut into pieces of whole lines, as many in each as fit.
struct LinePieces: Sequence, IteratorProtocol {
  private var rest: UnsafeRawBufferPointer
  private let most: Int

  /// A piece has at most that many bytes, unless a single line has more.
  init(_ bytes: UnsafeRawBufferPointer, most: Int) {
    rest = bytes
    self.most = most
  }

  mutating func next() -> UnsafeRawBufferPointer? {
    guard !rest.isEmpty else { return nil }
    let end = rest.count <= most ? rest.count : lineEnd
    defer { rest = UnsafeRawBufferPointer(rebasing: rest[end...]) }
    return UnsafeRawBufferPointer(rebasing: rest[..<end])
  }

  /// Behind the last line that fits, or the first one if none does.
  private var lineEnd: Int {
    let newline = UInt8(ascii: "\n")
    if let last = rest[..<most].lastIndex(of: newline) { return last + 1 }
    return rest[most...].firstIndex(of: newline).map { $0 + 1 } ?? rest.count
  }
}
