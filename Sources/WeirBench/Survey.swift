import Glibc

/// Something that is measured once and in several numbers, such as a snapshot of much state.
struct Survey: Sendable {
  let name: String
  /// Does it all and returns the numbers, by name.
  let run: @Sendable () -> [(String, Double)]

  /// Prints one JSON line.
  func measure() {
    let numbers = run().map { "\"\($0.0)\":\(Self.digits($0.1))" }
    print("{\"scenario\":\"\(name)\",\(numbers.joined(separator: ","))}")
  }

  /// Seconds of CPU time of this thread.
  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The value that so many percent of the values are not above.
  static func percentile(_ values: [Double], _ percent: Double) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * percent / 100))]
  }

  /// Three digits behind the point.
  private static func digits(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
