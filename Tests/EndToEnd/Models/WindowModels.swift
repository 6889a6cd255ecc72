/// Rows of one window or session and key.
private struct Pane: Hashable {
  var card: String?
  var end: Int
}

/// Aligned windows over plain arrays: each row is put into every window that takes it.
enum WindowModels {
  /// The lines of windows of a size, begun at every so often, over rows.
  ///
  /// `line` makes the text of a window's aggregates, nil if `having` takes it out.
  static func lines(
    _ payments: [Payment],
    size: Int,
    every: Int,
    line: ([Payment]) -> String?
  ) -> [String] {
    var panes: [Pane: [Payment]] = [:]
    for payment in payments {
      for end in ends(of: payment.time, size: size, every: every)
      where !payment.isLate(forEnd: end) {
        panes[Pane(card: payment.card, end: end), default: []].append(payment)
      }
    }
    return panes.compactMap { pane, rows in
      line(rows).map { result in
        "{\"card_token\":\(ModelText.text(pane.card)),"
          + "\"window_start\":\(ModelText.time(pane.end - size)),"
          + "\"window_end\":\(ModelText.time(pane.end)),\(result)}"
      }
    }.sorted()
  }

  /// The rows that no window of theirs takes, with how late they are.
  static func late(
    _ payments: [Payment],
    size: Int,
    every: Int
  ) -> [(payment: Payment, by: Int)] {
    payments.compactMap { payment in
      guard let stamp = payment.stamp,
        ends(of: payment.time, size: size, every: every).allSatisfy({ $0 <= stamp })
      else { return nil }
      return (payment, stamp - payment.time)
    }
  }

  private static func ends(of time: Int, size: Int, every: Int) -> [Int] {
    var ends: [Int] = []
    var end = (time / every + 1) * every
    while end - size <= time {
      ends.append(end)
      end += every
    }
    return ends
  }

  /// The lines of sessions: rows of a card of which each is at most a gap from the next.
  ///
  /// A row is late if its own session would have ended before the watermark.
  static func sessions(
    _ payments: [Payment],
    gap: Int,
    line: ([Payment]) -> String
  ) -> [String] {
    var byCard: [String?: [Payment]] = [:]
    for payment in payments where !isLate(payment, gap: gap) {
      byCard[payment.card, default: []].append(payment)
    }
    var lines: [String] = []
    for (card, rows) in byCard {
      var session: [Payment] = []
      func close() {
        guard let first = session.first, let last = session.last else { return }
        lines.append(
          "{\"card_token\":\(ModelText.text(card)),\"window_start\":\(ModelText.time(first.time)),"
            + "\"window_end\":\(ModelText.time(last.time + gap)),\(line(session))}"
        )
        session = []
      }
      for row in rows.sorted(by: { $0.time < $1.time }) {
        if let last = session.last, row.time - last.time > gap { close() }
        session.append(row)
      }
      close()
    }
    return lines.sorted()
  }

  static func isLate(_ payment: Payment, gap: Int) -> Bool {
    payment.stamp.map { payment.time + gap < $0 } ?? false
  }

  /// The last total of every card, by card.
  static func totals(_ payments: [Payment]) -> [String: String] {
    var byCard: [String?: [Payment]] = [:]
    for payment in payments { byCard[payment.card, default: []].append(payment) }
    var totals: [String: String] = [:]
    for (card, rows) in byCard {
      totals[ModelText.text(card)] =
        "{\"card_token\":\(ModelText.text(card)),\"visits\":\(rows.count),"
        + "\"total_usd\":\(ModelText.money(sum(rows)))}"
    }
    return totals
  }

  /// Null if there is nothing to add.
  static func sum(_ payments: [Payment]) -> Int? {
    let cents = payments.compactMap(\.cents)
    return cents.isEmpty ? nil : cents.reduce(0, +)
  }
}
