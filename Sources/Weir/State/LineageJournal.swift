import WeirCore
import WeirPOSIX
import WeirWire

/// What had been sent to the sinks at each complete epoch, a line an epoch: by it an audit can tell
/// which part is missing or was changed.
///
/// ```text
///     12 4031 1189037121 310 88120001 3471627723
///     |  |    |          |   |        +- the CRC-32C of what stands before it
///     |  +----+----------+---+- rows and fingerprint by channel, as a `LineagePoint` has them
///     +- the epoch
/// ```
///
/// Not synced, and nothing depends on it: what is lost of it is known less exactly, as the totals of
/// manifests have it. Older lines are thinned out, so that it stays small however long a run lasts.
final class LineageJournal {
  private let folder: StateFolder
  private var points: [LineagePoint]
  /// Nil: it could not be written, and is not tried again.
  private var file: FileWriter?

  /// Lines after which every second one of the older half goes.
  static let mostPoints = 16_384

  /// Goes on behind an epoch: what is said of later ones is dropped.
  init(_ folder: StateFolder, of job: JobPlan, after epoch: Epoch) {
    self.folder = folder
    points = Self.points(in: folder, of: job).filter { $0.epoch <= epoch }
    rewrite()
  }

  /// Notes an epoch that is complete; one that is known already is left as it is.
  func note(_ point: LineagePoint) {
    guard let file, points.last.map({ $0.epoch < point.epoch }) ?? true else { return }
    points.append(point)
    if points.count > Self.mostPoints {
      points = Self.thinned(points)
      rewrite()
      return
    }
    do throws(WeirError) {
      try Self.append(point, to: file)
      try file.flush()
    } catch {
      self.file = nil
    }
  }

  /// Drops what was said of an epoch, and of all behind it: their output is withdrawn.
  func forget(from epoch: Epoch) {
    points.removeAll { $0.epoch >= epoch }
    rewrite()
  }

  /// Every second point of the older half, and all of the newer.
  static func thinned(_ points: [LineagePoint]) -> [LineagePoint] {
    let half = points.count / 2
    return points.indices.filter { $0 >= half || $0 % 2 == 1 }.map { points[$0] }
  }

  private func rewrite() {
    let beside = folder.lineage + ".new"
    do throws(WeirError) {
      try Folder.removeTree(beside)
      let file = try FileWriter(creating: beside, mode: 0o600)
      for point in points { try Self.append(point, to: file) }
      try file.flush()
      try Folder.replace(folder.lineage, by: beside)
      self.file = file
    } catch {
      file = nil
    }
  }

  // MARK: Lines

  private static func append(_ point: LineagePoint, to file: FileWriter) throws(WeirError) {
    var text = "\(point.epoch.number) "
    for total in point.sent { text += "\(total.rows) \(total.fingerprint) " }
    let line = Array("\(text)\(checksum(text))\n".utf8)
    try line.span.withUnsafeBytes { raw throws(WeirError) in try file.append(raw) }
  }

  private static func checksum(_ text: String) -> UInt32 {
    var checksum = Checksum()
    Array(text.utf8).withUnsafeBytes { checksum.add($0) }
    return checksum.value
  }

  /// What the folder's journal says, ascending; damaged lines are passed over.
  ///
  /// None without a journal.
  static func points(in folder: StateFolder, of job: JobPlan) -> [LineagePoint] {
    guard let bytes = try? StateFolder.bytes(folder.lineage) else { return [] }
    // A sink that was scaled up has more of them later on.
    let least = LineagePoint.channels(of: job).count
    var points: [LineagePoint] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line, as: UTF8.self)
      guard let space = text.lastIndex(of: " "),
        let sum = UInt32(text[text.index(after: space)...]),
        checksum(String(text[...space])) == sum
      else { continue }
      let numbers = text[..<space].split(separator: " ").compactMap { UInt64($0) }
      let channels = numbers.count / 2
      guard numbers.count % 2 == 1, channels >= least,
        points.last.map({ $0.epoch.number < numbers[0] }) ?? true
      else { continue }
      let sent = (0..<channels).map { channel in
        RowTotal(rows: numbers[1 + 2 * channel], fingerprint: numbers[2 + 2 * channel])
      }
      points.append(LineagePoint(epoch: Epoch(numbers[0]), sent: sent))
    }
    return points
  }
}
