import Glibc
import WeirCore

/// What this process has taken from the machine so far.
package struct ProcessUsage: Hashable, Sendable, Codable {
  package var userSeconds: Double
  package var systemSeconds: Double
  /// The most memory it ever had at once.
  ///
  /// That of `getrusage` is inherited over a spawn, this is not.
  package var peakBytes: Int
  /// The memory that it has now.
  package var residentBytes: Int

  /// All processor time.
  package var processorSeconds: Double { userSeconds + systemSeconds }

  /// Asks the system; throws E125.
  package static func current() throws(WeirError) -> ProcessUsage {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else {
      throw PosixErrors.process(errno)
    }
    let status = try status()
    return ProcessUsage(
      userSeconds: seconds(usage.ru_utime),
      systemSeconds: seconds(usage.ru_stime),
      peakBytes: bytes("VmHWM:", in: status),
      residentBytes: bytes("VmRSS:", in: status)
    )
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
  }

  private static func status() throws(WeirError) -> [UInt8] {
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PosixErrors.process(errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw PosixErrors.process(errno) }
    return Array(bytes.prefix(count))
  }

  /// The value of a line such as `VmHWM:	   12345 kB`, 0 if there is none.
  private static func bytes(_ label: StaticString, in status: [UInt8]) -> Int {
    let wanted = label.withUTF8Buffer { Array($0) }
    for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: wanted) {
      let digits = line.filter { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } * 1024
    }
    return 0
  }
}
