import WeirCore
import WeirPOSIX
import WeirRuntime

/// The names of a file sink's parts.
struct PartNames {
  let folder: String
  private let stem: String
  private let suffix: String

  /// Digits of an epoch in the name of a part.
  private static let epochDigits = 10

  /// Takes a path such as `out/alerts.jsonl`, or `out/alerts/` for a folder of parts.
  init(_ path: String) {
    if path.hasSuffix("/") {
      folder = path == "/" ? path : String(path.dropLast())
      stem = "part"
      suffix = ""
      return
    }
    folder = Folder.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if let dot = name.lastIndex(of: "."), dot != name.startIndex {
      stem = String(name[..<dot])
      suffix = String(name[dot...])
    } else {
      stem = name
      suffix = ""
    }
  }

  /// The name of the only part of a bounded run.
  var single: String { "\(folder)/\(stem)\(suffix)" }

  /// The name of a part among others.
  func part(epoch: Epoch, instance: Int) -> String {
    let digits = String(epoch.number)
    let padded = String(repeating: "0", count: max(0, Self.epochDigits - digits.count)) + digits
    return "\(folder)/\(stem)-\(padded)-\(instance)\(suffix)"
  }

  // MARK: Hidden names

  /// The name of an epoch's part that is not visible yet; its path is below `folder`.
  ///
  /// Other than the only part of a run without checkpoints it may be needed by the next run.
  static func hidden(
    run: String,
    sink: String,
    epoch: Epoch,
    incarnation: Incarnation
  ) -> String {
    "\(hiddenPrefix("\(run).\(sink)"))\(epoch.number)-\(incarnation.number)"
  }

  /// Who wrote a hidden part of an epoch of that sink; nil for any other name.
  static func writer(
    of name: String,
    run: String,
    sink: String
  ) -> (epoch: Epoch, incarnation: Incarnation)? {
    let prefix = hiddenPrefix("\(run).\(sink)")
    guard name.hasPrefix(prefix) else { return nil }
    // The names of sinks may have hyphens and digits too: two numbers are left, or it is another's.
    let numbers = name.dropFirst(prefix.count)
      .split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let epoch = UInt64(numbers[0]), let number = UInt32(numbers[1]),
      String(epoch) == numbers[0], String(number) == numbers[1]
    else { return nil }
    return (Epoch(epoch), Incarnation(number))
  }

  /// Two runs may have sinks of one name that write into one folder.
  private static func hiddenPrefix(_ owner: String) -> String { ".weir-\(owner)-" }

  /// The name of the only part of a run without checkpoints, whose remains nobody ever needs; names
  /// of runs and sinks have no dot.
  func hidden(run: String, sink: String, epoch: Epoch, incarnation: Incarnation) -> String {
    "\(folder)/\(Self.hiddenPrefix(run, sink))\(epoch.number).\(incarnation.number)"
  }

  private static func hiddenPrefix(_ run: String, _ sink: String) -> String {
    ".weir.\(run).\(sink)."
  }

  // MARK: What is there

  /// The paths of parts that are visible, in order; none if there is no such folder.
  func existing() throws(WeirError) -> [String] {
    guard Folder.isFolder(folder) else { return [] }
    return try Folder.names(in: folder).filter { isPart($0) }.map { "\(folder)/\($0)" }
  }

  /// True for the name of the only part, or of one among others.
  func isPart(_ name: String) -> Bool {
    if name == stem + suffix { return true }
    guard name.hasPrefix(stem + "-"), name.hasSuffix(suffix),
      name.utf8.count > stem.utf8.count + 1 + suffix.utf8.count
    else { return false }
    let middle = name.dropFirst(stem.count + 1).dropLast(suffix.count)
    let numbers = middle.split(separator: "-", omittingEmptySubsequences: false)
    return numbers.count == 2 && numbers[0].utf8.count >= Self.epochDigits
      && numbers.allSatisfy { number in
        !number.isEmpty && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
      }
  }

  /// The epoch in the path of a part; nil for the only part of a bounded run.
  func epoch(ofPart path: String) -> Epoch? {
    let name = path.dropFirst(folder.count + 1)
    guard name.hasPrefix(stem + "-") else { return nil }
    let digits = name.dropFirst(stem.count + 1).prefix { $0 != "-" }
    return UInt64(digits).map { Epoch($0) }
  }

  /// The process in the path of a part; 0 for the only part of a bounded run.
  func instance(ofPart path: String) -> Int {
    let name = path.dropFirst(folder.count + 1)
    guard name.hasPrefix(stem + "-"), epoch(ofPart: path) != nil else { return 0 }
    return name.dropFirst(stem.count + 1).dropLast(suffix.count)
      .split(separator: "-").last.flatMap { Int($0) } ?? 0
  }

  /// The paths of visible parts of later epochs, of all instances or some.
  ///
  /// `isFinished`: no row came after the epoch. Then the only part of a bounded run, which does not
  /// say of which epoch it is, is not later: it is made when the input has ended.
  func parts(
    after epoch: Epoch,
    isFinished: Bool,
    where isOwn: (Int) -> Bool = { _ in true }
  ) throws(WeirError) -> [String] {
    try existing().filter { path in
      guard let found = self.epoch(ofPart: path) else { return !isFinished }
      return found > epoch && isOwn(instance(ofPart: path))
    }
  }

  // MARK: Withdrawing

  /// The folder of parts that were visible and are not valid any more.
  var withdrawn: String { "\(folder)/.withdrawn" }

  /// Takes visible parts back, durably: from where to where.
  ///
  /// Whoever has read one keeps what it has read. `step` is taken behind each. Throws E104, E105, E107
  /// or E109.
  func withdraw(
    _ paths: [String],
    _ step: Failpoint
  ) throws(WeirError) -> [(from: String, to: String)] {
    guard !paths.isEmpty else { return [] }
    try Folder.create(withdrawn)
    var moves: [(from: String, to: String)] = []
    for path in paths {
      let target = try withdraw(path)
      moves.append((path, target))
      step.reached()
    }
    try Folder.sync(withdrawn)
    try Folder.sync(folder)
    return moves
  }

  private func withdraw(_ path: String) throws(WeirError) -> String {
    let name = "\(withdrawn)/\(path.dropFirst(folder.count + 1))"
    var target = name
    var number = 1
    while true {
      do throws(WeirError) {
        try Folder.rename(path, to: target)
        return target
      } catch {
        guard PosixErrors.isTaken(error) else { throw error }
        // Where renaming takes two steps, a crash between them leaves both names to one file.
        if try FileReader.identity(of: path) == FileReader.identity(of: target) {
          try Folder.removeTree(path)
          return target
        }
      }
      number += 1
      target = "\(name).\(number)"
    }
  }

  /// Removes hidden parts that a run has left, but for those that a checkpoint names.
  ///
  /// Only under the lock of that run, while none of its processes lives. Returns their paths.
  @discardableResult
  func removeHidden(
    run: String,
    sink: String,
    keeping kept: [String] = []
  ) throws(WeirError) -> [String] {
    guard Folder.isFolder(folder) else { return [] }
    var removed: [String] = []
    let prefix = Self.hiddenPrefix(run, sink)
    for name in try Folder.names(in: folder) {
      let isOfEpoch = Self.writer(of: name, run: run, sink: sink) != nil && !kept.contains(name)
      guard isOfEpoch || name.hasPrefix(prefix) else { continue }
      try Folder.removeTree("\(folder)/\(name)")
      removed.append("\(folder)/\(name)")
    }
    return removed
  }
}
