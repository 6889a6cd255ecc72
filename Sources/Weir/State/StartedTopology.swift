import Foundation
import WeirCore
import WeirPOSIX
import WeirTopology

/// What a run was started from the last time, in its state folder: commands about the run need neither
/// the file as it was nor the variables that its shell had.
///
/// The values of secrets are in no file: those of a run that lives are taken from the environment of its
/// coordinator, which only its user may read; else the command must have them in its own.
struct StartedTopology: Codable, Hashable {
  /// The real path of the file, for messages.
  var path: String
  /// The folder that relative paths in it are relative to.
  var base: String
  var text: String
  /// The values of the variables that the text names, and of no secret.
  var variables: [String: String]

  init(_ loaded: LoadedTopology, environment: [String: String]) {
    path = (try? Folder.realPath(loaded.path)) ?? loaded.path
    base = loaded.base
    text = loaded.text
    variables = [:]
    for name in VariableNames(loaded.text).plain { variables[name] = environment[name] }
  }

  /// Reads that of a run; nil if it was started by an earlier version of weir.
  ///
  /// Throws E102 if it is there and cannot be read.
  init?(in folder: StateFolder) throws(WeirError) {
    guard try FileReader.identity(of: folder.started) != nil else { return nil }
    let bytes = try StateFolder.bytes(folder.started)
    guard let started = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
      return nil
    }
    self = started
  }

  /// Writes it in place of the one before; throws E101 to E105.
  func write(to folder: StateFolder) throws(WeirError) {
    try folder.write(Array(Console.json(self).utf8), as: folder.started)
  }

  /// The environment to plan it in, given that of the run's coordinator, if it lives, or of the command.
  func environment(_ other: [String: String]) -> [String: String] {
    other.merging(variables) { _, own in own }
  }
}
