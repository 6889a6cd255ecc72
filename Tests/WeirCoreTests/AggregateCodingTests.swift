import Testing
import WeirColumns
import WeirExpressions

@testable import WeirCore

@Suite struct AggregateCodingTests {
  /// Every function over every type of the test schema that it takes.
  private static var specs: [AggregateSpec] {
    var specs = [AggregateSpec(.count, filter: 9, name: "filtered")]
    for function in AggregateFunction.allCases {
      for column in 3...8 {
        let type = TestSchema.fields.fields[column].type
        guard function.resultType(type) != nil else { continue }
        specs.append(
          AggregateSpec(
            function,
            argument: column,
            argumentType: type,
            name: "\(function)\(column)"
          )
        )
      }
    }
    return specs
  }

  private func add(_ rows: [TestRow], _ set: AggregateSet, _ chunk: UnsafeMutableRawPointer) {
    let batch = TestSchema.batch(rows)
    let slots = [UInt32](repeating: 1, count: rows.count)
    let indices = rows.indices.map { UInt16($0) }
    var pointer = chunk
    var group: UInt16 = 0
    withUnsafePointer(to: &pointer) { pointers in
      withUnsafePointer(to: &group) { groups in
        slots.withUnsafeBufferPointer { slots in
          indices.withUnsafeBufferPointer { indices in
            guard let slots = slots.baseAddress, let indices = indices.baseAddress else { return }
            set.add(
              SlotRows(slots: slots, rows: indices, count: rows.count),
              of: batch,
              to: Regions(pointers: pointers, groups: groups, offset: 0, shift: 6)
            )
          }
        }
      }
    }
  }

  private func results(_ set: AggregateSet, _ chunk: UnsafeMutableRawPointer) -> [String] {
    var place: UInt16 = 1
    return set.members.map { member in
      let column = Column(member.spec.resultType, capacity: 1, byteCapacity: 64)
      let failed = set.result(
        member,
        chunk + member.offset,
        &place,
        1,
        into: column,
        used: 0
      )
      #expect(failed == nil)
      let batch = Batch(Schema([Field("x", member.spec.resultType)]), capacity: 1)
      batch.columns[0].append(column, first: 1, used: 0)
      return rendered(TestSchema.values(batch, 0))
    }
  }

  private func makeChunk(_ set: AggregateSet) -> ChunkPool { ChunkPool(chunkBytes: set.chunkBytes) }

  @Test(arguments: 0..<8) func `encoded halves merge to what the whole gives`(seed: UInt64) throws {
    var input = RandomInput(seed: seed)
    let rows = (0..<20).map { _ in input.row(time: input.random.integer(0...9)) }
    let arenas = GroupArenas(keyGroups: 1)
    let set = AggregateSet(Self.specs, shift: 6, arenas: arenas)
    let pool = makeChunk(set)
    let whole = pool.take()
    add(rows, set, whole)
    let halves = [pool.take(), pool.take()]
    let cut = Int(input.random.integer(0...20))
    add(Array(rows[..<cut]), set, halves[0])
    add(Array(rows[cut...]), set, halves[1])
    let merged = pool.take()
    for half in halves {
      for member in set.members {
        guard let aggregate = member.aggregate else { continue }
        var bytes: [UInt8] = []
        aggregate.encode(Region(base: half + member.offset, place: 1, group: 0), into: &bytes)
        var reader = StateReader(bytes)
        try aggregate.decode(
          &reader,
          into: Region(base: merged + member.offset, place: 1, group: 0)
        )
        #expect(reader.isAtEnd)
        for end in bytes.indices {
          var short = StateReader(Array(bytes[..<end]))
          let target = pool.take()
          #expect(throws: WeirError.self) {
            try aggregate.decode(
              &short,
              into: Region(base: target + member.offset, place: 1, group: 0)
            )
          }
        }
      }
    }
    #expect(results(set, merged) == results(set, whole))
  }
}
