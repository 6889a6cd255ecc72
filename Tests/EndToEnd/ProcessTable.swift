import Glibc

/// A process of a run as `/proc` shows it.
struct RunningInstance: Hashable {
  var id: pid_t
  /// `stage/index`.
  var instance: String

  var stage: String { String(instance.prefix { $0 != "/" }) }

  /// The most memory it has had, in bytes; nil if it is gone.
  var peakMemoryBytes: Int? {
    ProcessTable.status(id).first { $0.hasPrefix("VmHWM:") }.flatMap { line in
      line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        .flatMap { Int($0) }.map { $0 << 10 }
    }
  }

  /// Clock ticks that it has spent; nil if it is gone.
  var ticks: Int? {
    let fields = TestFolder.text("/proc/\(id)/stat").split(separator: ")").last?
      .split(separator: " ")
    guard let fields, fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12])
    else { return nil }
    return user + system
  }
}

/// What runs on this machine, read from `/proc`.
enum ProcessTable {
  /// The instances whose sockets lie below a folder, in order of their names.
  static func instances(of folder: TestFolder) -> [RunningInstance] {
    instances { $0.hasPrefix("ipc://\(folder.path)/") }
  }

  /// The instances of a run of that name.
  static func instances(ofRun name: String) -> [RunningInstance] {
    instances(run: name) { _ in true }
  }

  private static func instances(
    run: String? = nil,
    _ isWanted: (String) -> Bool
  ) -> [RunningInstance] {
    TestFolder.names("/proc").compactMap { pid_t($0) }.compactMap { id in
      let words = commandLine(id)
      guard words.count == 6, words[1] == "instance", isWanted(words[2]), isAlive(id),
        run.map({ $0 == words[4] }) ?? true
      else { return nil }
      return RunningInstance(id: id, instance: words[5])
    }.sorted { ($0.instance, $0.id) < ($1.instance, $1.id) }
  }

  static func commandLine(_ id: pid_t) -> [String] {
    TestFolder.bytes("/proc/\(id)/cmdline").split(separator: 0, omittingEmptySubsequences: false)
      .dropLast().map { String(decoding: $0, as: UTF8.self) }
  }

  /// The children of a process.
  static func children(of id: pid_t) -> [pid_t] {
    TestFolder.text("/proc/\(id)/task/\(id)/children").split(separator: " ")
      .compactMap { pid_t($0) }
  }

  static func status(_ id: pid_t) -> [String] {
    TestFolder.lines(TestFolder.text("/proc/\(id)/status"))
  }

  // One that has ended and waits to be collected is no process any more.
  static func isAlive(_ id: pid_t) -> Bool {
    let state = status(id).first { $0.hasPrefix("State:") }
    return state.map { !$0.contains("Z") && !$0.contains("X") } ?? false
  }
}
