import WeirCore

/// Which pieces of which files make the state at an epoch.
package struct SnapshotDirectory: Hashable, Sendable {
  /// A file that a directory names.
  package struct File: Hashable, Sendable {
    package var name: String
    /// Bytes of the whole file; of the one that holds the directory, those before the directory.
    package var length: Int
  }

  /// A section in a file.
  package struct Piece: Hashable, Sendable {
    /// Its place in `files`.
    package var file: Int
    package var offset: Int
    package var length: Int
  }

  /// What there is of an address: the whole section, then its changes in order.
  package struct Entry: Hashable, Sendable {
    package var address: StateAddress
    package var pieces: [Piece]
  }

  package internal(set) var files: [File] = []
  /// Ascending by address.
  package internal(set) var entries: [Entry] = []

  package init() {}

  /// Bytes of each file that are still needed, by its place in `files`; O(pieces).
  package var liveBytes: [Int] {
    var bytes = [Int](repeating: 0, count: files.count)
    for entry in entries {
      for piece in entry.pieces { bytes[piece.file] += piece.length }
    }
    return bytes
  }

  /// The addresses that should be written whole next time; O(pieces).
  ///
  /// Those whose changes add up to half of the whole section, so that a restore reads little twice;
  /// and those in files of which less than half is needed, so that dead bytes stay within twice the
  /// live ones.
  package var rewrites: [StateAddress] {
    let live = liveBytes
    return entries.compactMap { entry in
      guard let whole = entry.pieces.first, entry.address.table.kind != .head else { return nil }
      let changes = entry.pieces.dropFirst().reduce(0) { $0 + $1.length }
      let isSparse = entry.pieces.contains { live[$0.file] * 2 < files[$0.file].length }
      return changes * 2 >= whole.length || isSparse ? entry.address : nil
    }
  }

  /// Adds what a new file holds, and drops tables that are not live; O(entries).
  mutating func add(_ added: [(StateAddress, Bool, Piece)], live: [StateTable]) {
    let sorted = added.enumerated().sorted {
      ($0.element.0, $0.offset) < ($1.element.0, $1.offset)
    }.map(\.element)
    let tables = Set(live)
    var merged: [Entry] = []
    merged.reserveCapacity(entries.count + added.count)
    var next = 0
    func put(_ entry: Entry) {
      if tables.contains(entry.address.table) { merged.append(entry) }
    }
    for entry in entries {
      while next < sorted.count, sorted[next].0 < entry.address {
        put(Self.entry(sorted, &next, Entry(address: sorted[next].0, pieces: [])))
      }
      if next < sorted.count, sorted[next].0 == entry.address {
        put(Self.entry(sorted, &next, entry))
      } else {
        put(entry)
      }
    }
    while next < sorted.count {
      put(Self.entry(sorted, &next, Entry(address: sorted[next].0, pieces: [])))
    }
    entries = merged
    dropFiles()
  }

  private static func entry(
    _ added: [(StateAddress, Bool, Piece)],
    _ next: inout Int,
    _ before: Entry
  ) -> Entry {
    var entry = before
    while next < added.count, added[next].0 == before.address {
      if added[next].1 { entry.pieces = [] }
      entry.pieces.append(added[next].2)
      next += 1
    }
    return entry
  }

  /// Forgets files that nothing is needed of, but the last.
  private mutating func dropFiles() {
    let live = liveBytes
    var places = [Int](repeating: 0, count: files.count)
    var kept: [File] = []
    for (place, file) in files.enumerated() {
      places[place] = kept.count
      if live[place] > 0 || place == files.count - 1 { kept.append(file) }
    }
    guard kept.count < files.count else { return }
    files = kept
    for index in entries.indices {
      for piece in entries[index].pieces.indices {
        entries[index].pieces[piece].file = places[entries[index].pieces[piece].file]
      }
    }
  }

  /// The directory of several snapshots' states, such as those of instances that are merged.
  ///
  /// Nil if an address is in two of them. O(pieces x log).
  package init?(merging directories: [SnapshotDirectory]) {
    var places: [String: Int] = [:]
    for directory in directories {
      var moved: [Int] = []
      for file in directory.files {
        if places[file.name] == nil {
          places[file.name] = files.count
          files.append(file)
        }
        moved.append(places[file.name] ?? 0)
      }
      for entry in directory.entries {
        var entry = entry
        for piece in entry.pieces.indices {
          entry.pieces[piece].file = moved[entry.pieces[piece].file]
        }
        entries.append(entry)
      }
    }
    entries.sort { $0.address < $1.address }
    // Every snapshot has a head, and they say the same.
    for (left, right) in zip(entries, entries.dropFirst())
    where left.address == right.address && left.address.table.kind != .head { return nil }
  }
}
