/// What an audit has found.
package struct AuditReport: Hashable, Sendable, Codable {
  /// Something that is not as it must be.
  package struct Fault: Hashable, Sendable, Codable {
    /// The stage that it is about.
    package var stage: String
    /// The epochs that it is about, ascending; nil: none in particular.
    package var firstEpoch: UInt64?
    package var lastEpoch: UInt64?
    /// The process of a sink that it is about; nil: none in particular.
    package var instance: Int?
    /// Files that it is about, those too that are not there and should be, where their names are known.
    package var files: [String]
    /// In words: a sentence without its full stop.
    package var message: String
  }

  /// What became of the rows of a stage.
  package struct Stage: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable {
      case source
      case `operator`
      case sink
    }

    package var name: String
    package var kind: Kind
    package var rowsIn: UInt64
    package var counted: UInt64
    package var filtered: UInt64
    package var late: UInt64
    package var rejected: UInt64
    /// Of the rows that came in; what fails in results is counted by itself.
    package var errors: UInt64
    package var withheld: UInt64
    package var resultErrors: UInt64
    package var rowsOut: UInt64
    /// Rows that were found in the sink's files, and in how many; nil: not read.
    package var rowsFound: UInt64?
    package var parts: Int?
    package var isWhole: Bool
  }

  /// A way of rows through the topology.
  package struct Path: Hashable, Sendable, Codable {
    /// From the source on; a side output is named with its port, such as `totals.late`.
    package var stages: [String]
    package var isWhole: Bool
  }

  package var name: String
  /// The epoch that was audited.
  package var checkpoint: UInt64
  /// True if nothing was found that must not be.
  package var isWhole: Bool
  /// Records that all sources have read.
  package var rowsRead: UInt64
  /// Rows that were found in files.
  package var rowsFound: UInt64
  package var paths: [Path]
  package var stages: [Stage]
  package var faults: [Fault]
  /// What people should know and what is no fault.
  package var notes: [String]
}
