/// How long a drill waits, in nanoseconds, and how often it looks.
enum DrillLimits {
  /// For a run to be at work before it is hit.
  static let settle: Int64 = 30_000_000_000
  /// For a run to come back, unless `--timeout` says otherwise.
  static let recovery: Int64 = 60_000_000_000
  /// For rows at every instance, once the sources are as far as before: some may get none for long.
  static let rows: Int64 = 2_000_000_000
  /// Between two looks at the run.
  static let look: Int64 = 20_000_000
}
