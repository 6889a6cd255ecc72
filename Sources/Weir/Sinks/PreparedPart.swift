import WeirCore

/// A part that is durable and not visible: the text of a file sink's prepared output.
///
/// Names are within the sink's folder, so that a run whose folders were moved finds its parts.
struct PreparedPart: Hashable {
  /// The name that it has until it is visible.
  var hidden: String
  var final: String
  /// Bytes.
  var length: Int64
  var rows: Int
  /// The CRC-32C of all its bytes.
  var checksum: UInt32

  private static let version: UInt64 = 1

  init(hidden: String, final: String, length: Int64, rows: Int, checksum: UInt32) {
    self.hidden = hidden
    self.final = final
    self.length = length
    self.rows = rows
    self.checksum = checksum
  }

  /// Reads what `text` wrote; throws E430 for anything else.
  init(_ text: String) throws(WeirError) {
    var fields = FieldText(text)
    guard fields.number() == Self.version, let length = fields.number(),
      let rows = fields.number(), let checksum = fields.number(), let hidden = fields.text(),
      let final = fields.text(), fields.isAtEnd, let length = Int64(exactly: length),
      let rows = Int(exactly: rows), let checksum = UInt32(exactly: checksum),
      !hidden.isEmpty, !final.isEmpty, !hidden.contains("/"), !final.contains("/")
    else {
      throw WeirError(
        "E430",
        "cannot tell what output was prepared",
        detail: "\"\(text)\"",
        hint: "it was written by another version of weir",
        blame: .weir
      )
    }
    self.init(hidden: hidden, final: final, length: length, rows: rows, checksum: checksum)
  }

  var text: String {
    FieldText.text(
      [Self.version, UInt64(length), UInt64(rows), UInt64(checksum)],
      [hidden, final]
    )
  }
}
