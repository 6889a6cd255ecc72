import WeirColumns
import WeirCore
import WeirRuntime
import WeirTesting

@testable import Weir

/// A source of files `in/*`, whose rows are one name each, by incarnations that come and go.
struct FileSourceFixture {
  let folder = TemporaryFolder()
  var follow = false
  var format = RecordFormat.json

  /// What a read has given.
  struct Rows: Equatable {
    var names: [String]
    var next: SourceRows.Next
    var warning: String?

    init(_ names: [String], _ next: SourceRows.Next = .more, warning: String? = nil) {
      self.names = names
      self.next = next
      self.warning = warning
    }
  }

  /// A source of these files, which goes on at positions, nil: at the beginning of all.
  ///
  /// `remembers`: it keeps, and knows, which files were found.
  func source(
    _ names: [String] = [],
    at positions: [SourcePosition?]? = nil,
    remembers: Bool = false
  ) throws(WeirError) -> FileSource {
    let schema = Schema([Field("name", .string)])
    let file = FileSourcePlan(
      path: "\(folder.path)/in/*",
      follow: follow,
      format: format,
      fields: [FieldPlan("name", .string)]
    )
    let plan = SourcePlan(
      schema: schema,
      needed: [0],
      time: TimePlan(isEventTime: false),
      onBadRecord: .skip,
      connector: .file(file)
    )
    let share = FileShare(process: 0, processes: 1)
    let source = FileSource(
      file,
      source: plan,
      share: share,
      output: schema,
      paths: names.enumerated().map { (PartitionID($0), path($1)) },
      rows: 100,
      followed: remembers ? try FollowedFiles(in: followed, share: share) : nil
    )
    try source.seek(to: positions ?? names.map { _ in nil })
    return source
  }

  /// Where what was found is kept.
  var followed: String { "\(folder.path)/followed/1/lines-0" }

  func path(_ name: String) -> String { "\(folder.path)/in/\(name)" }

  /// Lines of JSON.
  static func json(_ names: String...) -> String {
    names.map { "{\"name\":\"\($0)\"}\n" }.joined()
  }
}

extension FileSource {
  /// Goes on in the partitions 0, 1, ….
  func seek(to positions: [SourcePosition?]) throws(WeirError) {
    try seek(
      positions.enumerated().map {
        RestoreRequest.Partition(partition: PartitionID($0), position: $1)
      },
      newFrom: PartitionID(positions.count)
    )
  }

  /// Reads some rows of a partition.
  func rows(
    _ partition: Int = 0,
    most: Int = 100
  ) throws(WeirError) -> (FileSourceFixture.Rows, SourcePosition?) {
    let scope = ReadRequest.Scope.partition(PartitionID(partition))
    let rows = try read(ReadRequest(scope: scope, maximumRows: most))
    let names = rows.batch.values.map { row -> String in
      guard case .text(let name) = row[0] else { return "\(row[0])" }
      return name
    }
    let result = FileSourceFixture.Rows(names, rows.next, warning: rows.warning?.code)
    return (result, rows.position)
  }
}
