/// Values as they stand in JSON lines, written here once more, by other means than Weir's.
enum ModelText {
  /// What times are counted from, in milliseconds: 2026-01-01T00:00:00Z.
  static let epoch = 1_767_225_600_000

  static func text(_ value: String?) -> String {
    guard let value else { return "null" }
    return "\"" + value.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "\""
  }

  static func time(_ milliseconds: Int) -> String {
    precondition(milliseconds >= 0 && milliseconds < 9 * 86_400_000, "\(milliseconds) ms")
    let seconds = milliseconds / 1000
    let day = seconds / 86_400 + 1
    let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { digits($0, 2) }
    let fraction = milliseconds % 1000
    let tail = fraction == 0 ? "" : "." + digits(fraction, 3)
    return "\"2026-01-0\(day)T\(clock.joined(separator: ":"))\(tail)Z\""
  }

  static func duration(_ milliseconds: Int) -> String {
    let parts = [
      (milliseconds / 86_400_000, "d"), (milliseconds / 3_600_000 % 24, "h"),
      (milliseconds / 60_000 % 60, "m"), (milliseconds / 1000 % 60, "s"),
      (milliseconds % 1000, "ms"),
    ]
    let text = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
    return "\"\(text.isEmpty ? "0s" : text)\""
  }

  /// A decimal of two digits behind the point.
  static func money(_ cents: Int?) -> String {
    guard let cents else { return "null" }
    let size = abs(cents)
    return "\(cents < 0 ? "-" : "")\(size / 100).\(digits(size % 100, 2))"
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  // MARK: Input

  /// A payment as a line of JSON; every third time is a number.
  static func jsonLine(_ payment: Payment, number: Int) -> String {
    let time = number % 3 == 0 ? "\(epoch + payment.time)" : time(payment.time)
    var fields = [
      "\"auth_id\":\(text(payment.auth))", "\"status\":\(text(payment.status))",
      "\"unread\":[1,{\"a\":null}]", "\"terminal_ts\":\(time)",
    ]
    // A field that is not there is null too.
    if let card = payment.card { fields.append("\"card_token\":\(text(card))") }
    fields.append("\"merchant\":{\"id\":\(text(payment.merchant))}")
    fields.append("\"amount_usd\":\(money(payment.cents))")
    return "{" + fields.joined(separator: number % 2 == 0 ? "," : " , ") + "}\n"
  }

  /// A payment as a line of CSV: card, amount, time.
  static func csvLine(_ payment: Payment) -> String {
    let time = time(payment.time).dropFirst().dropLast()
    let amount = payment.cents.map { money($0) } ?? ""
    return "\(payment.card ?? ""),\(amount),\(time)\n"
  }
}
