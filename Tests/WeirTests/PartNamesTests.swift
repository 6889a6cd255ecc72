import Foundation
import Testing
import WeirCore

@testable import Weir

struct PartNamesTests {
  @Test func `parts are named after the path`() {
    let names = PartNames("/data/out/alerts.v2.jsonl")
    #expect(names.folder == "/data/out")
    #expect(names.single == "/data/out/alerts.v2.jsonl")
    #expect(names.part(epoch: Epoch(12), instance: 3) == "/data/out/alerts.v2-0000000012-3.jsonl")
    #expect(
      names.hidden(run: "harbor", sink: "alerts", epoch: Epoch(1), incarnation: Incarnation(4))
        == "/data/out/.weir.harbor.alerts.1.4"
    )
    #expect(
      PartNames("/data/parts/").part(epoch: Epoch(1), instance: 0)
        == "/data/parts/part-0000000001-0"
    )
    #expect(PartNames("/data/.hidden").single == "/data/.hidden")
    #expect(PartNames("plain").single == "./plain")
  }

  @Test func `only names of parts are parts`() {
    let names = PartNames("/data/alerts.jsonl")
    let own = ["alerts.jsonl", "alerts-0000000001-0.jsonl", "alerts-12345678901-17.jsonl"]
    let foreign = [
      "alerts", "alerts.csv", "alerts-1-0.jsonl", "alerts-0000000001.jsonl", "alerts-.jsonl",
      "alerts-0000000001-x.jsonl", "my-alerts.jsonl", "alerts.jsonl.old-20260101T000000Z",
      "alerts-0000000001-0-0.jsonl", "alerts-old.jsonl",
    ]
    #expect((own + foreign).filter { names.isPart($0) } == own)
  }

  @Test func `hidden parts of this run are removed and nothing else`() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/weir-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let kept = [".weir.harbor-2.alerts.1.2", ".weir.harbor.other.1.2", "alerts.jsonl", "x.txt"]
    for name in kept + [".weir.harbor.alerts.1.2", ".weir.harbor.alerts.2.9"] {
      try "".write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }
    let names = PartNames("\(folder)/alerts.jsonl")
    try names.removeHidden(run: "harbor", sink: "alerts")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == kept.sorted())
    #expect(try names.existing() == ["\(folder)/alerts.jsonl"])
    #expect(try PartNames("\(folder)/none/alerts.jsonl").existing() == [])
  }
}
