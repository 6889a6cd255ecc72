import Testing
import WeirCore
import WeirPOSIX
import WeirTesting

@testable import Weir

/// Names of runs that have ended.
struct RunRegisterTests {
  private let folder = TemporaryFolder()
  private var register: String { "\(folder.path)/register" }

  private func identity(_ name: String, _ state: String, process: Int32 = 1) throws -> RunIdentity {
    let path = "\(folder.path)/\(state)"
    try Folder.create(path)
    var identity = SampleStatus.identity(name, process: process)
    identity.stateFolder = try Folder.realPath(path)
    return identity
  }

  private var known: [RunIdentity] { RunRegister.runs(in: register).map(\.identity) }

  @Test func `each state folder has the run that was started in it last`() throws {
    #expect(known == [])
    let first = try identity("b", "one")
    RunRegister.note(first, in: register)
    let other = try identity("a", "two")
    RunRegister.note(other, in: register)
    let again = try identity("b", "one", process: 2)
    RunRegister.note(again, in: register)
    #expect(known == [other, again])
    RunRegister.forget(stateFolder: other.stateFolder, in: register)
    #expect(known == [again])
  }

  @Test func `one whose state is gone is known no more, and its record goes with the next`() throws
  {
    let gone = try identity("a", "one")
    RunRegister.note(gone, in: register)
    try Folder.removeTree(gone.stateFolder)
    #expect(known == [])
    #expect(try Folder.names(in: register).count == 1)
    let next = try identity("b", "two")
    RunRegister.note(next, in: register)
    #expect(try Folder.names(in: register).count == 1)
    #expect(known == [next])
  }

  @Test func `what is no record, or cannot be written, is passed over`() throws {
    let run = try identity("a", "one")
    RunRegister.note(run, in: register)
    _ = try folder.write("register/0000.json", "{")
    _ = try folder.write("register/notes.txt", "of people")
    #expect(known == [run])
    _ = try folder.write("file", "no folder")
    RunRegister.note(run, in: "\(folder.path)/file")
    #expect(RunRegister.runs(in: "\(folder.path)/file") == [])
    #expect(RunRegister.runs(in: nil) == [])
  }

  @Test func `a run that lives is meant before one of its name that has ended`() throws {
    var ended = SampleStatus.run("harbor", process: 3)
    ended.identity.stateFolder = "/elsewhere"
    let living = SampleStatus.run("harbor", process: 4)
    let both = KnownRuns(living: [living], others: [ended])
    #expect(try both.only(.name("harbor")) == living)
    #expect(try KnownRuns(living: [], others: [ended]).only(.name("harbor")) == ended)
    func code(_ runs: KnownRuns) -> String? {
      do throws(WeirError) {
        _ = try runs.only(.name("harbor"))
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code(KnownRuns(living: [], others: [ended, living])) == "E472")
    #expect(code(KnownRuns(living: [], others: [])) == "E471")
  }
}
