/// Which run a living coordinator leads: stands in the folder of the run's sockets, so that commands
/// find it, and in every status.
package struct RunIdentity: Hashable, Sendable, Codable {
  /// The topology's `name`.
  package var name: String
  /// The version of the program.
  package var version: String
  /// The process of the coordinator.
  package var process: Int32
  /// When that process began, in clock ticks since the machine started: another process that has the
  /// same number later has another start.
  package var processStart: UInt64
  /// The real path of the topology file.
  package var topology: String
  /// The folder that relative paths in it are relative to.
  package var base: String
  /// The real path of the state folder.
  package var stateFolder: String
  /// When this coordinator started.
  package var startedAt: WallTime

  package init(
    name: String,
    version: String,
    process: Int32,
    processStart: UInt64,
    topology: String,
    base: String,
    stateFolder: String,
    startedAt: WallTime
  ) {
    self.name = name
    self.version = version
    self.process = process
    self.processStart = processStart
    self.topology = topology
    self.base = base
    self.stateFolder = stateFolder
    self.startedAt = startedAt
  }
}
