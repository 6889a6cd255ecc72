import WeirCore

/// What stands in the record of a savepoint: a checkpoint, and all that another machine must know of
/// the run that took it.
///
/// No path in it is absolute but what the topology's text says itself: files of sources are called
/// relative to the folder of their source, files of keyed state lie beside the record.
package struct StoredSavepoint: Hashable, Sendable {
  /// The version of this form.
  package static let version = 1

  /// The name of the run.
  package var run: String
  /// The version of the program that wrote it.
  package var program: String
  /// When it was written.
  package var takenAt: WallTime
  package var keyGroups: Int
  /// The checkpoint, all of whose keyed state is in files of its own.
  package var stored: StoredManifest

  package init(
    run: String,
    program: String,
    takenAt: WallTime,
    keyGroups: Int,
    stored: StoredManifest
  ) {
    self.run = run
    self.program = program
    self.takenAt = takenAt
    self.keyGroups = keyGroups
    self.stored = stored
  }
}

extension StoredSavepoint {
  var json: JSONValue {
    .object([
      "savepoint": .number(Self.version), "run": .text(run), "weir": .text(program),
      "taken_at": .number(takenAt.microseconds), "key_groups": .number(keyGroups),
      "checkpoint": stored.json,
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      run: try fields.text("run"),
      program: try fields.text("weir"),
      takenAt: WallTime(microseconds: try fields.integer("taken_at")),
      keyGroups: try fields.integer("key_groups"),
      stored: try StoredManifest(fields.fields("checkpoint"))
    )
  }
}
