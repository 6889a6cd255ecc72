import Testing
import WeirTopology

/// The examples that the catalogue gives are of the form that it says.
struct CatalogueExampleTests {
  @Test(arguments: LanguageCatalogue.maps)
  func `the example of every key can be read`(_ map: LanguageMap) {
    for entry in map.entries where !entry.isLater {
      guard let example = entry.example else { continue }
      let text = Self.file(map.name, "\(entry.key): \(example)")
      let faults = Reading(text).diagnostics.filter { !Self.ofOthers.contains($0.code) }
      #expect(faults.isEmpty, "'\(entry.key): \(example)' draws \(faults)")
    }
  }

  /// What an example draws because it stands alone.
  private static let ofOthers = ["W007", "W026", "W027", "W029", "W048"]

  /// A file in which one line stands in a map of that name.
  private static func file(_ name: MapName, _ line: String) -> String {
    switch name {
    case .topology: line
    case .checkpoints, .batch, .restarts: "\(name.rawValue):\n  \(line)"
    case .source: "sources:\n  a:\n    \(line)"
    case .fileSource: "sources:\n  a:\n    file:\n      \(line)"
    case .csv: "sources:\n  a:\n    file: { path: p }\n    format: csv\n    csv:\n      \(line)"
    case .watermark: "sources:\n  a:\n    watermark:\n      \(line)"
    case .field:
      line.hasPrefix("type")
        ? "sources:\n  a:\n    schema:\n      c:\n        \(line)"
        : "sources:\n  a:\n    schema:\n      c:\n        type: timestamp\n        \(line)"
    case .generate: "sources:\n  a:\n    generate:\n      \(line)"
    case .generatedColumn: column(line)
    case .normal, .lognormal, .clock: column("\(name.rawValue):\n            \(line)")
    case .late: column("clock: { rows_per_second: 1 }\n          late:\n            \(line)")
    case .operator: "operators:\n  a:\n    \(line)"
    case .window: "operators:\n  a:\n    window:\n      \(line)"
    case .sink: "sinks:\n  a:\n    \(line)"
    case .fileSink: "sinks:\n  a:\n    file:\n      \(line)"
    }
  }

  private static func column(_ line: String) -> String {
    "sources:\n  a:\n    generate:\n      columns:\n        c:\n          \(line)"
  }
}
