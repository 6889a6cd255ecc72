import Foundation
import Testing
import WeirTopology

@testable import Weir

struct PlanTests {
  private static func compile(_ name: String) throws -> Topology {
    let text = try TextFile.read("\(Golden.packageFolder)/topologies/\(name).yaml")
    let context = TopologyContext(path: "\(name).yaml", base: "/harbor", environment: [:])
    return try Topology.compile(text, in: context)
  }

  private static func picture(_ name: String) throws -> StagePicture {
    let topology = try compile(name)
    return StagePicture(topology.file, topology.plan)
  }

  @Test func `a graph is a tree in which a stage is drawn once`() throws {
    #expect(
      try Self.picture("harbor-fleet").tree() == """
        payments (source, 1 process)
        |- by card_token -> declines (operator, 1 process)
        |  |-> alerts (sink, 1 process)
        |  `- late -> reconciliation (sink, 1 process)
        `- by card_token -> spend (operator, 1 process)
           |-> alerts, as above
           `- late -> reconciliation, as above

        """
    )
  }

  @Test func `a graph is drawn for Graphviz and for Markdown`() throws {
    Golden.expect(try Self.picture("union").dot(), "union.dot")
    Golden.expect(try Self.picture("union").mermaid(), "union.mermaid")
  }

  @Test func `a plan is shown as text and as JSON`() throws {
    let report = PlanReport(try Self.compile("harbor-fleet"))
    Golden.expect(PlanText.text(report, isColored: false), "harbor-fleet.check.txt")
    Golden.expect(Console.json(report), "harbor-fleet.check.json")
  }

  @Test func `every topology that is shipped has no fault`() throws {
    let folder = "\(Golden.packageFolder)/topologies"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(names.count >= 11)
    for name in names {
      #expect(throws: Never.self, "\(name)") { try Self.compile(String(name.dropLast(5))) }
    }
  }
}
