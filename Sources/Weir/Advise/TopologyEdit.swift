import WeirTopology

/// Changes of `processes` in the text of a topology file, and how they look.
struct TopologyEdit {
  /// Another number of processes for a stage.
  struct Change: Hashable {
    var stage: String
    var processes: Int
  }

  /// Why a change could not be made in the text.
  enum Obstacle: Hashable {
    /// No stage of that name stands in the file.
    case unknownStage
    /// The number comes from a variable.
    case variable
    /// The stage is written in a form that has no place for another line.
    case form
  }

  private(set) var obstacles: [(stage: String, obstacle: Obstacle)] = []
  private let old: [String]
  /// By line of the old text, from 0: what stands in its place.
  private var replaced: [Int: [String]] = [:]

  init(_ text: String, _ file: TopologyFile, _ changes: [Change]) {
    old = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for change in changes {
      guard let (name, processes) = Self.place(of: change.stage, in: file) else {
        obstacles.append((change.stage, .unknownStage))
        continue
      }
      let obstacle =
        processes.map { replace($0, change.processes) } ?? insert(name, change.processes)
      if let obstacle { obstacles.append((change.stage, obstacle)) }
    }
  }

  private static func place(
    of stage: String,
    in file: TopologyFile
  ) -> (name: SourceLocation, processes: Located<Int>?)? {
    for source in file.sources where source.name.value == stage {
      return (source.name.location, source.processes)
    }
    for operation in file.operators where operation.name.value == stage {
      return (operation.name.location, operation.processes)
    }
    for sink in file.sinks where sink.name.value == stage {
      return (sink.name.location, sink.processes)
    }
    return nil
  }

  // MARK: Changes

  private mutating func replace(_ value: Located<Int>, _ processes: Int) -> Obstacle? {
    let number = value.location.line - 1
    guard old.indices.contains(number) else { return .form }
    let line = Array(old[number])
    let start = value.location.column - 1
    let digits = Array(String(value.value))
    guard start + digits.count <= line.count,
      Array(line[start..<start + digits.count]) == digits
    else { return .variable }
    replaced[number] = [
      String(line[..<start]) + String(processes) + String(line[(start + digits.count)...])
    ]
    return nil
  }

  private mutating func insert(_ name: SourceLocation, _ processes: Int) -> Obstacle? {
    let number = name.line - 1
    guard old.indices.contains(number) else { return .form }
    let text = old[number]
    if let end = Self.endOfMap(text, behind: name) {
      // `name: { from: a }` on one line.
      let body = text[..<end].reversed().drop { $0 == " " }.reversed()
      let comma = body.last == "{" || body.last == "," ? " " : ", "
      let space = text[..<end].last == " " ? " " : ""
      replaced[number] = [
        String(body) + comma + "processes: \(processes)" + space + String(text[end...])
      ]
      return nil
    }
    let own = Self.indentation(text)
    guard Self.withoutComment(text).hasSuffix(":"),
      let below = old[(number + 1)...].first(where: { !Self.withoutComment($0).isEmpty }),
      Self.indentation(below).count > own.count
    else { return .form }
    replaced[number] = [text, Self.indentation(below) + "processes: \(processes)"]
    return nil
  }

  /// Where the map ends that stands behind a name, in braces, on the same line.
  private static func endOfMap(_ line: String, behind name: SourceLocation) -> String.Index? {
    let line = withoutComment(line)
    var rest = line.dropFirst(name.column - 1 + name.length).drop { $0 == " " }
    guard rest.popFirst() == ":" else { return nil }
    rest = rest.drop { $0 == " " }
    guard rest.first == "{" else { return nil }
    var depth = 0
    var quote: Character?
    for place in rest.indices {
      switch rest[place] {
      case let character where quote != nil: if character == quote { quote = nil }
      case "\"", "'": quote = rest[place]
      case "{": depth += 1
      case "}":
        depth -= 1
        if depth == 0 { return place }
      default: break
      }
    }
    return nil
  }

  private static func indentation(_ line: String) -> String {
    String(line.prefix { $0 == " " })
  }

  /// A line up to its comment, without spaces at its end.
  private static func withoutComment(_ line: String) -> Substring {
    var end = line.endIndex
    var quote: Character?
    var before: Character = " "
    for place in line.indices {
      let character = line[place]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "#", before == " " {
        end = place
        break
      }
      before = character
    }
    var bare = line[..<end]
    while bare.last == " " { bare.removeLast() }
    return bare
  }

  // MARK: Text

  /// True if nothing changes.
  var isEmpty: Bool { replaced.isEmpty }

  /// The text with the changes made.
  var text: String {
    old.indices.flatMap { replaced[$0] ?? [old[$0]] }.joined(separator: "\n")
  }

  /// The changes as `diff -U0` writes them, which `patch` takes; empty if there are none.
  func difference(_ path: String) -> String {
    guard !isEmpty else { return "" }
    var lines = ["--- \(path)", "+++ \(path)"]
    var shift = 0
    for number in old.indices {
      guard let new = replaced[number] else { continue }
      if new.first == old[number], new.count > 1 {
        // Lines behind one that stays.
        lines.append("@@ -\(number + 1),0 +\(number + 2 + shift) @@")
        lines += new.dropFirst().map { "+" + $0 }
        shift += new.count - 1
      } else {
        lines.append("@@ -\(number + 1) +\(number + 1 + shift) @@")
        lines.append("-" + old[number])
        lines += new.map { "+" + $0 }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
