import Glibc

/// How many cores the processes of this user's session may use, and how long they have been used, by
/// whomever, since some moment.
///
/// Where a control group (version 2) bounds the processor, its quota counts as cores, and what the group
/// has used as used; else the cores that this process may run on.
package struct ProcessorUse: Hashable, Sendable {
  package var cores: Double
  package var usedSeconds: Double

  package init(cores: Double, usedSeconds: Double) {
    self.cores = cores
    self.usedSeconds = usedSeconds
  }

  /// Looks now; nil where the system does not tell.
  package static func current() -> ProcessorUse? {
    guard let statistics = ProcText.read("/proc/stat", most: 64 << 10),
      let status = ProcText.read("/proc/self/status")
    else { return nil }
    let ticks = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    guard let free = of(statistics, allowed: allowed(status), ticksPerSecond: ticks) else {
      return nil
    }
    guard let bounded = group(), bounded.cores < free.cores else { return free }
    return bounded
  }

  /// Cores that nobody used between two looks so many seconds apart.
  package func idleCores(since earlier: ProcessorUse, seconds: Double) -> Double {
    let used = (usedSeconds - earlier.usedSeconds) / seconds
    return min(max(cores - used, 0), cores)
  }

  // MARK: Texts of the kernel

  /// Reads `/proc/stat`; of the cores that are allowed, all if nil.
  package static func of(
    _ statistics: String,
    allowed: Set<Int>?,
    ticksPerSecond: Double
  ) -> ProcessorUse? {
    var cores = 0
    var ticks: UInt64 = 0
    for line in statistics.split(separator: "\n") where line.hasPrefix("cpu") {
      let fields = line.split(separator: " ")
      guard fields.count > 7, let core = Int(fields[0].dropFirst(3)),
        allowed?.contains(core) ?? true
      else { continue }
      cores += 1
      // User, nice, system, interrupts of both kinds, and what other machines took; not idle, nor
      // waiting for disks.
      for place in [1, 2, 3, 6, 7] + (fields.count > 8 ? [8] : []) {
        ticks += UInt64(fields[place]) ?? 0
      }
    }
    guard cores > 0 else { return nil }
    return ProcessorUse(cores: Double(cores), usedSeconds: Double(ticks) / ticksPerSecond)
  }

  /// The cores that `/proc/self/status` allows, such as `0-3,8`; nil if it does not say.
  package static func allowed(_ status: String) -> Set<Int>? {
    let name = "Cpus_allowed_list:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
      return nil
    }
    var cores: Set<Int> = []
    for range in line.dropFirst(name.count).split(whereSeparator: { ", \t".contains($0) }) {
      let ends = range.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
        return nil
      }
      cores.formUnion(first...last)
    }
    return cores.isEmpty ? nil : cores
  }

  /// The cores that the text of `cpu.max` grants; nil if it sets no bound.
  package static func quota(_ text: String) -> Double? {
    let words = text.split(whereSeparator: { " \n".contains($0) })
    guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), period > 0
    else { return nil }
    return quota / period
  }

  /// The seconds that the text of `cpu.stat` says were used.
  package static func used(_ text: String) -> Double? {
    for line in text.split(separator: "\n") where line.hasPrefix("usage_usec ") {
      return Double(line.dropFirst(11)).map { $0 / 1e6 }
    }
    return nil
  }

  /// The tightest bound of the control groups that this process is in.
  private static func group() -> ProcessorUse? {
    guard let groups = ProcText.read("/proc/self/cgroup"),
      let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
    else { return nil }
    var tightest: ProcessorUse?
    var path = String(line.dropFirst(3))
    while true {
      let folder = "/sys/fs/cgroup" + (path == "/" ? "" : path)
      if let cores = ProcText.read(folder + "/cpu.max").flatMap(quota),
        let used = ProcText.read(folder + "/cpu.stat").flatMap(used),
        cores < tightest?.cores ?? .infinity
      {
        tightest = ProcessorUse(cores: cores, usedSeconds: used)
      }
      guard path != "/", let slash = path.lastIndex(of: "/") else { return tightest }
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
  }
}
