/// Rows of one window or session and key.
private struct Pane: Hashable {
  var card: String?
  var end: Int
}

/// Rows that came together, and their first and last time.
private struct Session {
  var rows: [Payment]
  var first: Int
  var last: Int
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

  /// The lines of sessions: rows of a card of which each is at most a gap from another.
  ///
  /// They are those that one reader would see who reads all rows in the order of their stamps, and
  /// adds nothing to a session that ended before the stamp. A row is late if its own session would
  /// have ended before it.
  static func sessions(
    _ payments: [Payment],
    gap: Int,
    line: ([Payment]) -> String
  ) -> [String] {
    var byCard: [String?: [Session]] = [:]
    for payment in payments.sorted(by: { $0.stamp ?? .min < $1.stamp ?? .min })
    where !isLate(payment, gap: gap) {
      var joined = Session(rows: [payment], first: payment.time, last: payment.time)
      byCard[payment.card, default: []].removeAll { other in
        guard other.last + gap >= payment.stamp ?? .min, other.first - gap <= payment.time,
          payment.time <= other.last + gap
        else { return false }
        joined.rows += other.rows
        joined.first = min(joined.first, other.first)
        joined.last = max(joined.last, other.last)
        return true
      }
      byCard[payment.card, default: []].append(joined)
    }
    return byCard.flatMap { card, sessions in
      sessions.map { session in
        "{\"card_token\":\(ModelText.text(card)),"
          + "\"window_start\":\(ModelText.time(session.first)),"
          + "\"window_end\":\(ModelText.time(session.last + gap)),\(line(session.rows))}"
      }
    }.sorted()
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
