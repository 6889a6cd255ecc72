/// The hottest keys of an operator, of all its instances together.
package struct HotKeys: Hashable, Sendable, Codable {
  /// A key and its part of the operator's rows of about the last ten seconds.
  package struct Key: Hashable, Sendable, Codable {
    /// The values of the key's columns.
    package var key: [String]
    /// 0 to 1.
    package var share: Double
    /// How far the share may be off, either way: the bounds of the sketch, and twice the standard
    /// deviation of the sample.
    package var error: Double
    /// Where its rows go.
    package var instance: InstanceID

    package init(_ key: [String], share: Double, error: Double, instance: InstanceID) {
      self.key = key
      self.share = share
      self.error = error
      self.instance = instance
    }
  }

  /// The names of the key's columns.
  package var columns: [String]
  /// The hottest first, at most `Limits.hotKeysTold`, none below `Limits.hotKeyLeastShare`.
  package var keys: [Key]

  package init(columns: [String], keys: [Key]) {
    self.columns = columns
    self.keys = keys
  }

  /// Puts together what the instances tell: each key has one of them, so nothing is added up.
  ///
  /// All sample at the same rate, so the sampled rows say which part of the rows each has.
  package init(columns: [String], of reports: [(InstanceID, HotKeyReport)]) {
    self.columns = columns
    let sampled = reports.reduce(0) { $0 + $1.1.sampled }
    keys = []
    guard sampled > 0 else { return }
    for (instance, report) in reports {
      for key in report.keys {
        let share = (key.least + key.most) / 2 / sampled
        let deviation = (share * max(1 - share, 0) / sampled).squareRoot()
        let error = (key.most - key.least) / 2 / sampled + 2 * deviation
        guard share >= Limits.hotKeyLeastShare, share > error else { continue }
        keys.append(Key(key.key, share: min(share, 1), error: error, instance: instance))
      }
    }
    keys.sort { ($0.share, $1.instance.index) > ($1.share, $0.instance.index) }
    keys = Array(keys.prefix(Limits.hotKeysTold))
  }
}
