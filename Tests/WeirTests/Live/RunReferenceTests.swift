import Testing
import WeirCore
import WeirTesting

@testable import Weir

struct RunReferenceTests {
  private static let runs = [
    SampleStatus.run("harbor", process: 1), SampleStatus.run("orders", process: 2),
  ]

  private static func fault(_ reference: RunReference, _ runs: [KnownRun]) -> WeirError? {
    do throws(WeirError) {
      _ = try reference.only(of: runs)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a run is found by its name and by its file`() throws {
    #expect(try RunReference.name("orders").only(of: Self.runs) == Self.runs[1])
    #expect(try RunReference.file("/jobs/harbor.yaml").only(of: Self.runs) == Self.runs[0])
  }

  @Test func `a word is a path if it looks like one or is the name of a file`() throws {
    let folder = TemporaryFolder()
    let path = try folder.write("job", "weir: 1\n")
    #expect(RunReference("harbor-fleet") == .name("harbor-fleet"))
    #expect(RunReference("missing.yaml") == .file("missing.yaml"))
    #expect(RunReference("missing/job") == .file("missing/job"))
    #expect(RunReference(path) == .file(path))
    // A folder that happens to have the name of a run is no topology.
    #expect(RunReference("/tmp") == .file("/tmp"))
    #expect(RunReference(".") == .name("."))
  }

  @Test func `a name that fits two runs is an error that lists them`() {
    var other = SampleStatus.run("harbor", process: 3)
    other.identity.topology = "/elsewhere/harbor.yaml"
    let error = Self.fault(.name("harbor"), Self.runs + [other])
    #expect(error?.code == "E472")
    #expect(error?.detail?.contains("\"/jobs/harbor.yaml\" (process 1)") == true)
    #expect(error?.detail?.contains("\"/elsewhere/harbor.yaml\" (process 3)") == true)
    #expect(Self.fault(.file("/jobs/harbor.yaml"), Self.runs + [other]) == nil)
  }

  @Test func `a run that does not live is an error that names those that do`() {
    let error = Self.fault(.name("harbour"), Self.runs)
    #expect(error?.code == "E471")
    #expect(error?.detail?.contains("'harbor'") == true)
    #expect(Self.fault(.name("harbor"), [])?.detail == "no run lives")
  }
}
