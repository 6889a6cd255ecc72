/// Times how regions come back; decides nothing.
///
/// A region has one recovery at a time: failures that are seen before all were told to go belong to
/// the one that goes on, a later one begins the next.
struct RecoveryTracker {
  private struct Region {
    /// Members of the coordinator.
    var members: [Int]
    var current: Recovery?
    /// True once the end of the current one was told.
    var isTold = false
  }

  private var regions: [Region]
  /// By member of the coordinator.
  private var blanks: [Recovery.Member]
  private var region: [Int]
  /// How far each source has read, as far as it has said; nil for others, and before it has.
  private var furthest: [Int?]
  /// Oldest first.
  private var past: [Recovery] = []
  private var lastNumber: UInt64 = 0

  init(_ members: [CoordinatorMember], _ regions: [CoordinatorRegion]) {
    self.regions = regions.map { Region(members: $0.members) }
    blanks = members.map { Self.blank($0) }
    region = members.map(\.region)
    furthest = members.map { _ in nil }
  }

  private static func blank(_ member: CoordinatorMember) -> Recovery.Member {
    let kind: Recovery.Member.Kind =
      member.isSource ? .source : member.delivery == nil ? .operator : .sink
    return Recovery.Member(member.instance, kind)
  }

  // MARK: Members

  /// There is one member more, of no region yet.
  mutating func add(_ member: CoordinatorMember) {
    blanks.append(Self.blank(member))
    region.append(member.region)
    furthest.append(nil)
  }

  /// It is one of its region now.
  mutating func enter(_ member: Int) {
    regions[region[member]].members.append(member)
    regions[region[member]].current?.members.append(blanks[member])
  }

  /// Members have gone: `places` says where those that stay are now.
  mutating func keep(_ places: [Int?]) {
    for number in regions.indices {
      if let current = regions[number].current {
        let kept = zip(regions[number].members, current.members).filter { places[$0.0] != nil }
        regions[number].current?.members = kept.map(\.1)
      }
      regions[number].members = regions[number].members.compactMap { places[$0] }
    }
    func kept<Value>(_ values: [Value]) -> [Value] {
      values.indices.filter { places[$0] != nil }.map { values[$0] }
    }
    blanks = kept(blanks)
    region = kept(region)
    furthest = kept(furthest)
  }

  /// The last few, oldest first; those that go on too.
  var recoveries: [Recovery] {
    (past + regions.compactMap(\.current)).sorted { $0.number < $1.number }
  }

  /// How far a source has read, as far as it has said.
  func rowsRead(_ member: Int) -> Int? { furthest[member] }

  // MARK: What happens

  /// All regions begin.
  mutating func start(at now: Instant) {
    for region in regions.indices { begin(region, [], at: now) }
  }

  /// Something sends a region back.
  mutating func failed(_ failure: Recovery.Failure, region: Int) {
    guard let current = regions[region].current, current.goAt == nil else {
      begin(region, [failure], at: failure.seenAt)
      return
    }
    let isKnown = current.failures.contains {
      $0.incarnation != nil && $0.incarnation == failure.incarnation
    }
    guard !isKnown else { return }
    regions[region].current?.failures.append(failure)
    regions[region].current?.toldAt = nil
    guard let place = current.members.firstIndex(where: { $0.instance == failure.instance })
    else { return }
    regions[region].current?.members[place].boundAt = nil
  }

  /// The new process of a member can receive.
  mutating func bound(_ member: Int, at now: Instant) { edit(member) { $0.boundAt = now } }

  /// All of a region are told where to begin.
  mutating func told(_ region: Int, to epoch: Epoch, at now: Instant) {
    regions[region].current?.toldAt = now
    regions[region].current?.epoch = epoch
    for index in regions[region].members {
      var blank = blanks[index]
      edit(index) { known in
        blank.boundAt = known.boundAt
        known = blank
      }
    }
  }

  mutating func rewound(_ member: Int, at now: Instant) { edit(member) { $0.rewoundAt = now } }

  /// All of a region have gone back.
  mutating func go(_ region: Int, at now: Instant) { regions[region].current?.goAt = now }

  /// A member says how far it is since it was told where to begin the last time.
  mutating func reached(_ member: Int, _ step: RecoveryStep, at now: Instant) {
    // Words of before, while its region goes back once more.
    guard regions[region[member]].current?.toldAt != nil else { return }
    switch step {
    case .restored(let bytes): edit(member) { $0.stateBytes = bytes }
    case .rows(let instant, let before):
      edit(member) { known in
        known.rowsAt = instant
        known.rowsBefore = before
      }
    case .caughtUp(let replayed):
      edit(member) { known in
        known.caughtUpAt = now
        known.replayed = replayed
      }
    }
  }

  /// A member is at the end of its input: it need not take rows to be at work.
  mutating func finished(_ member: Int, at now: Instant) {
    edit(member) { known in
      known.rowsAt = known.rowsAt ?? now
      guard known.kind == .source, known.caughtUpAt == nil else { return }
      known.caughtUpAt = now
      known.replayed = 0
    }
  }

  /// A member says how many rows it has read since the beginning.
  mutating func read(_ rows: Int, by member: Int) {
    furthest[member] = max(furthest[member] ?? 0, rows)
  }

  /// Recoveries that have come to their end since the last call; the start of a run that went on from
  /// nowhere is none.
  mutating func ended() -> [Recovery] {
    var ended: [Recovery] = []
    for region in regions.indices where !regions[region].isTold {
      guard let current = regions[region].current, current.caughtUpAt != nil else { continue }
      regions[region].isTold = true
      if !current.failures.isEmpty || current.epoch > .none { ended.append(current) }
    }
    return ended
  }

  // MARK: Means

  private mutating func begin(
    _ region: Int,
    _ failures: [Recovery.Failure],
    at now: Instant
  ) {
    if let current = regions[region].current { past.append(current) }
    if past.count > Limits.recoveriesKept { past.removeFirst() }
    lastNumber += 1
    regions[region].isTold = false
    regions[region].current = Recovery(
      number: lastNumber,
      beganAt: now,
      failures: failures,
      members: regions[region].members.map { blanks[$0] }
    )
  }

  private mutating func edit(_ member: Int, _ change: (inout Recovery.Member) -> Void) {
    let region = region[member]
    guard let place = regions[region].members.firstIndex(of: member),
      var known = regions[region].current?.members[place]
    else { return }
    change(&known)
    regions[region].current?.members[place] = known
  }
}
