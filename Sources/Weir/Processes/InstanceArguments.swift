import WeirCore

/// The command line of an instance's process; it ends in what `ps` should show.
package struct InstanceArguments {
  package let run: String
  package let instance: InstanceID
  package let incarnation: Incarnation
  /// Where the coordinator listens.
  package let endpoint: String

  /// What a process is called that will be told what to become.
  static let spare = InstanceID("spare", 0)
  /// The word that says that this process is an instance; users never write it.
  static let word = "instance"
  /// Where a child finds the read end of the coordinator's life pipe.
  package static let lifeDescriptor: Int32 = 3

  package init(run: String, instance: InstanceID, incarnation: Incarnation, endpoint: String) {
    self.run = run
    self.instance = instance
    self.incarnation = incarnation
    self.endpoint = endpoint
  }

  /// Reads a command line that `commandLine` wrote; nil for any other.
  package init?(_ arguments: [String]) {
    guard arguments.count == 6, arguments[1] == Self.word,
      let number = UInt32(arguments[3]),
      let slash = arguments[5].lastIndex(of: "/"),
      let index = Int(arguments[5][arguments[5].index(after: slash)...])
    else { return nil }
    endpoint = arguments[2]
    incarnation = Incarnation(number)
    run = arguments[4]
    instance = InstanceID(String(arguments[5][..<slash]), index)
  }

  /// The whole command line, the program's name first.
  package var commandLine: [String] {
    ["weir", Self.word, endpoint, "\(incarnation.number)", run, "\(instance)"]
  }
}
