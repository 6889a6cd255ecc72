import ArgumentParser
import Foundation
import Testing
import WeirCore
import WeirTopology

@testable import Weir

struct CommandTests {
  private static func parseFault(_ arguments: [String]) -> String? {
    do {
      _ = try RootCommand.parseAsRoot(arguments)
      return nil
    } catch {
      return RootCommand.message(for: error)
    }
  }

  @Test func `a fault in the command line says what is wrong`() {
    #expect(Self.parseFault(["run", "a.yaml", "--fresh", "--color", "never"]) == nil)
    #expect(Self.parseFault(["run"])?.contains("Missing expected argument '<file>'") == true)
    #expect(Self.parseFault(["run", "a.yaml", "--frsh"])?.contains("--fresh") == true)
    #expect(Self.parseFault(["run", "a.yaml", "--color", "pink"])?.contains("pink") == true)
    #expect(Self.parseFault(["graph", "a.yaml", "--dot", "--mermaid"]) != nil)
    #expect(Self.parseFault(["stop"])?.contains("Missing expected argument '<run>'") == true)
    #expect(Self.parseFault(["stop", "a", "--drain", "--now"]) != nil)
    #expect(Self.parseFault(["halt"])?.contains("halt") == true)
  }

  @Test func `exit codes are those of the contract`() {
    #expect(RootCommand.execute(["--version"]) == 0)
    #expect(RootCommand.execute(["run", "--nonsense"]) == 2)
    #expect(RootCommand.execute(["check", "/does/not/exist.yaml"]) == 2)
    #expect(RootCommand.execute(["explain", "W999"]) == 2)
    #expect(RootCommand.execute(["functions", "nonsense"]) == 2)
    #expect(RootCommand.execute(["stop", "no such run lives"]) == 2)
    #expect(RootCommand.execute(["status", "no such run lives"]) == 2)
  }

  @Test func `every subcommand shows examples`() {
    for command in RootCommand.configuration.subcommands {
      let name = command.configuration.commandName ?? ""
      let help = RootCommand.helpMessage(for: command)
      #expect(help.contains("Examples:"), "\(name)")
      #expect(help.contains("weir \(name)"), "\(name)")
    }
  }

  @Test func `help fits into eighty columns`() {
    for command in RootCommand.configuration.subcommands {
      let help = RootCommand.helpMessage(for: command, columns: 80)
      #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
  }

  @Test func `an instance's command line is read as it was written`() throws {
    let written = InstanceArguments(
      run: "harbor",
      instance: InstanceID("declines", 3),
      incarnation: Incarnation(7),
      endpoint: "ipc:///tmp/x/0"
    )
    let read = try #require(InstanceArguments(written.commandLine))
    #expect(read.commandLine == written.commandLine)
    #expect(InstanceArguments(["weir", "instance"]) == nil)
    #expect(InstanceArguments(["weir", "run", "a", "b", "c", "d/0"]) == nil)
  }

  @Test func `colours are off where nobody sees them or nobody wants them`() {
    #expect(ColorChoice.always.isColored(.error, environment: ["NO_COLOR": "1"]))
    #expect(!ColorChoice.never.isColored(.error, environment: [:]))
    #expect(!ColorChoice.auto.isColored(.error, environment: ["NO_COLOR": "1"]))
    #expect(!ColorChoice.auto.isColored(.error, environment: ["TERM": "dumb"]))
  }
}

struct InitTests {
  @Test func `init writes a topology without faults and never overwrites`() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/weir-\(UUID().uuidString)/new"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try StarterTopology.write(into: folder)
    #expect(path == "\(folder)/topology.yaml")
    #expect(try TextFile.read(path) == StarterTopology.text)
    let error = #expect(throws: WeirError.self) { try StarterTopology.write(into: folder) }
    #expect(error?.code == "E106")
    let context = TopologyContext(path: path, base: folder, environment: [:])
    let topology = try Topology.compile(StarterTopology.text, in: context)
    #expect(topology.plan.instances.map(\.description) == ["payments/0", "declines/0", "alerts/0"])
  }
}

struct ExplanationTests {
  @Test func `every code that the sources can report is explained, and no other`() throws {
    let sources = Golden.packageFolder + "/Sources"
    let files = try #require(FileManager.default.enumerator(atPath: sources)).compactMap {
      $0 as? String
    }
    var found: Set<String> = []
    for file in files.sorted() where file.hasSuffix(".swift") && !file.contains("/Explain/") {
      let text = try String(contentsOfFile: "\(sources)/\(file)", encoding: .utf8)
      for match in text.matches(of: /"(E[0-9]{3})"/) { found.insert(String(match.output.1)) }
    }
    #expect(ErrorCatalogue.entries.map(\.code) == found.sorted())
  }

  @Test func `an explanation is a title and wrapped text`() throws {
    let text = try #require(Explanations.text(of: "E409"))
    #expect(text.hasPrefix("E409: output of an earlier run is in the way\n\n"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(Explanations.text(of: "E000") == nil)
  }
}
