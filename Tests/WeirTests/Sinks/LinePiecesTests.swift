import Testing
import WeirTesting

@testable import Weir

struct LinePiecesTests {
  private func pieces(_ text: String, most: Int) -> [String] {
    Array(text.utf8).withUnsafeBytes { bytes in
      LinePieces(bytes, most: most).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test func `pieces are of whole lines, as many as fit`() {
    #expect(pieces("", most: 4) == [])
    #expect(pieces("a\nb\n", most: 4) == ["a\nb\n"])
    #expect(pieces("a\nb\nc\n", most: 4) == ["a\nb\n", "c\n"])
    #expect(pieces("ab\nc\nd\n", most: 4) == ["ab\n", "c\nd\n"])
  }

  @Test func `a line that does not fit is a piece of its own`() {
    #expect(pieces("a\nlonger\nb\n", most: 4) == ["a\n", "longer\n", "b\n"])
    #expect(pieces("longer", most: 4) == ["longer"])
  }

  @Test func `pieces make up the text, wherever its lines end`() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<200 {
      let text = (0..<random.integer(0...60)).map { _ in random.chance(20) ? "\n" : "x" }.joined()
      let pieces = pieces(text, most: 8)
      #expect(pieces.joined() == text)
      for piece in pieces.dropLast() { #expect(piece.hasSuffix("\n")) }
    }
  }
}
