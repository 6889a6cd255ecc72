/// A table of the state of a keyed operator.
package struct StateTable: Hashable, Comparable, Sendable {
  /// What a table holds; raw values are stored and never reused, and 7 is kept for rows of channels.
  ///
  /// Sections are restored in the order of these values.
  package enum Kind: UInt8, Sendable, CaseIterable {
    /// What belongs to the operator and not to a key.
    case head = 0
    case keys = 1
    /// How the bytes of a key group are dealt out.
    case byteHeads = 2
    /// Long keys, texts and sets.
    case bytes = 3
    /// The rows of one pane; `first` and `last` are its windows.
    case pane = 4
    /// Totals without a window.
    case totals = 5
    case sessions = 6
    /// Those of one late pane, likewise.
    case latePane = 8
    /// What does not fit the rows of one pane, likewise.
    case carries = 9
    /// What does not fit those of one late pane, likewise.
    case lateCarries = 10

    /// True if `first` and `last` say which table it is.
    package var hasWindows: Bool { self == .pane || self == .latePane || isCarries }

    /// True of the carries of panes.
    package var isCarries: Bool { self == .carries || self == .lateCarries }

    /// True of what late panes have.
    package var isLate: Bool { self == .latePane || self == .lateCarries }
  }

  package var kind: Kind
  package var first: Int64
  package var last: Int64

  package init(_ kind: Kind, first: Int64 = 0, last: Int64 = 0) {
    self.kind = kind
    self.first = first
    self.last = last
  }

  package static func < (left: StateTable, right: StateTable) -> Bool {
    (left.kind.rawValue, left.last, left.first) < (right.kind.rawValue, right.last, right.first)
  }
}

/// Where a piece of state belongs: nothing in it depends on the instance that wrote it.
///
/// The slots of a key group are numbered from 0 on, whatever chunks of the instance hold them; a
/// section is a run of them, or of blocks of bytes.
package struct StateAddress: Hashable, Comparable, Sendable {
  package var table: StateTable
  package var group: Int
  /// The number of the section among those of its table and key group.
  package var section: Int

  package init(_ table: StateTable, group: Int, section: Int) {
    self.table = table
    self.group = group
    self.section = section
  }

  package static func < (left: StateAddress, right: StateAddress) -> Bool {
    if left.table != right.table { return left.table < right.table }
    return (left.group, left.section) < (right.group, right.section)
  }
}

extension StateAddress: CustomStringConvertible {
  package var description: String {
    let pane = table.kind.hasWindows ? " \(table.first) ... \(table.last)" : ""
    return "\(table.kind)\(pane), key group \(group), section \(section)"
  }
}

/// A piece of state on its way into or out of a snapshot.
package struct StateSection: Hashable, Sendable {
  package var address: StateAddress
  /// True: it stands for all of its address; false: it changes what sections before it gave.
  package var isWhole: Bool
  package var bytes: [UInt8]

  package init(_ address: StateAddress, isWhole: Bool, bytes: [UInt8]) {
    self.address = address
    self.isWhole = isWhole
    self.bytes = bytes
  }
}
