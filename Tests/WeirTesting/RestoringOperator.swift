import WeirColumns
import WeirCore
import WeirWire

/// An operator that is stopped again and again, and goes on as a new one from a snapshot.
///
/// It must say what an operator says that never stopped.
package final class RestoringOperator: KeyedOperator {
  /// When it is stopped.
  package enum Mode: Hashable, Sendable {
    /// After every event, most often from a base and changes.
    case everyEvent(seed: UInt64)
    /// Now and then, from snapshots written a section at a time while rows come; some epochs fail.
    case slices(seed: UInt64)
  }

  private enum Event {
    case rows(Batch, Watermark)
    case partials(Batch, Watermark)
    case advance(Watermark)
    case early
  }

  private let mode: Mode
  private let make: () -> any KeyedOperator
  private var subject: any KeyedOperator
  private var random: SeededRandom
  private var shelf: SnapshotShelf
  // The snapshot that is being written.
  private var sections: [StateSection] = []
  private var isWriting = false
  /// What has come since the mark.
  private var events: [Event] = []
  private var hasEvents = false
  /// How often it was stopped.
  package private(set) var restores = 0
  /// Sections that held changes only.
  package private(set) var changes = 0

  package init(_ mode: Mode, _ make: @escaping () -> any KeyedOperator) {
    self.mode = mode
    self.make = make
    subject = make()
    shelf = SnapshotShelf(subject.description)
    switch mode {
    case .everyEvent(let seed), .slices(let seed): random = SeededRandom(seed: seed)
    }
  }

  // MARK: Events

  package var output: Schema { subject.output }
  package var resultLag: Int64 { subject.resultLag }
  package var having: (any RowFilter)? { didSet { subject.having = having } }
  package var firings: FiringGuard? { didSet { subject.firings = firings } }
  package var identityWidth: Int { subject.identityWidth }
  package var stateBytes: Int { subject.stateBytes }
  package var keyCount: Int { subject.keyCount }
  package var description: StateDescription { subject.description }
  package var liveTables: [StateTable] { subject.liveTables }

  package func hotKeys(at now: Instant) -> HotKeyReport? { subject.hotKeys(at: now) }

  package func process(
    _ batch: Batch,
    watermark: Watermark,
    late: LateRows
  ) throws(WeirError) {
    note(.rows(Self.copy(batch), watermark))
    try subject.process(batch, watermark: watermark, late: late)
  }

  package func merge(_ partials: Batch, watermark: Watermark) throws(WeirError) {
    note(.partials(Self.copy(partials), watermark))
    try subject.merge(partials, watermark: watermark)
  }

  package func advance(to watermark: Watermark) {
    note(.advance(watermark))
    subject.advance(to: watermark)
  }

  package func requestEarly() {
    note(.early)
    subject.requestEarly()
  }

  private func note(_ event: Event) {
    hasEvents = true
    if isWriting { events.append(event) }
  }

  private static func copy(_ batch: Batch) -> Batch {
    let copy = Batch(batch.schema, capacity: max(batch.count, 1))
    let buffer = SelectionBuffer(capacity: max(batch.count, 1))
    withExtendedLifetime(buffer) { copy.append(batch, buffer.all(batch.count)) }
    return copy
  }

  package func emit(
    maximumRows: Int,
    into batch: Batch
  ) throws(WeirError) -> Emission {
    let emission = try subject.emit(maximumRows: maximumRows, into: batch)
    if emission == .none, hasEvents {
      hasEvents = false
      try settle()
    }
    return emission
  }

  package func checkInvariants() { subject.checkInvariants() }

  // MARK: Snapshots

  private func settle() throws(WeirError) {
    switch mode {
    case .everyEvent:
      begin()
      while !subject.writeSlice(maximumBytes: 1000, into: &sections) {}
      try complete()
    case .slices:
      if !isWriting, random.chance(60) { begin() }
      guard isWriting else { return }
      for _ in 0..<random.integer(0...40) where isWriting {
        if subject.writeSlice(maximumBytes: 1, into: &sections) { try complete() }
      }
      if isWriting, random.chance(3) {
        subject.abandonSnapshot()
        forget()
      }
    }
  }

  private func begin() {
    let isFull = shelf.needsFull || random.chance(5)
    isWriting = true
    // What pays to be written whole is most of such small states: often nothing is.
    var rewriting = shelf.directory.entries.map(\.address).filter { _ in random.chance(10) }
    if random.chance(20) { rewriting = shelf.rewrites }
    shelf.begin(live: subject.liveTables, isFull: isFull)
    subject.mark(rewriting: rewriting, isFull: isFull)
  }

  private func forget() {
    isWriting = false
    shelf.abandon()
    sections = []
    events = []
  }

  private func complete() throws(WeirError) {
    if case .slices = mode, random.chance(10) {
      // The disk was full.
      forget()
      return
    }
    changes += sections.count { !$0.isWhole }
    shelf.append(sections)
    shelf.finish()
    let after = events
    sections = []
    events = []
    isWriting = false
    if case .slices = mode, random.chance(40) { return }
    try restore(after)
  }

  private func restore(_ events: [Event]) throws(WeirError) {
    restores += 1
    subject = make()
    var stored: [StateSection] = []
    do throws(SnapshotFault) {
      stored = try shelf.sections()
    } catch {
      throw error.error
    }
    for section in stored { try subject.restore(section) }
    try subject.finishRestore()
    subject.checkInvariants()
    // State does not depend on the filter, whose owner counts what it sees.
    for event in events {
      switch event {
      case .rows(let batch, let watermark):
        try subject.process(batch, watermark: watermark, late: LateRows())
      case .partials(let batch, let watermark):
        try subject.merge(batch, watermark: watermark)
      case .advance(let watermark): subject.advance(to: watermark)
      case .early: subject.requestEarly()
      }
      let results = Batch(subject.output, capacity: 64)
      while try subject.emit(maximumRows: 64, into: results) != .none { results.removeAll() }
    }
    subject.having = having
    subject.firings = firings
    // What came since the mark is in the subject, but in no snapshot of this one.
    hasEvents = false
  }

  package func keep(_ groups: [Bool]) {
    if isWriting {
      subject.abandonSnapshot()
      forget()
    }
    shelf.abandon()
    subject.keep(groups)
  }

  package func mark(rewriting addresses: [StateAddress], isFull: Bool) {
    preconditionFailure("a snapshot of an operator that makes its own")
  }

  package func writeSlice(maximumBytes: Int, into sections: inout [StateSection]) -> Bool { true }
  package func abandonSnapshot() {}
  package func restore(_ section: StateSection) throws(WeirError) {}
  package func finishRestore() throws(WeirError) {}
}
