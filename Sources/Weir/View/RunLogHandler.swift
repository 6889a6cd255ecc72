import Foundation
import Logging
import WeirColumns
import WeirPOSIX

/// Log lines: time, level, message, `key=value`, or all of it as one JSON object.
struct RunLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info
  private let label: String
  private let format: OutputFormat
  private let write: @Sendable (String) -> Void

  /// Makes a handler whose lines, with their ends, `write` takes.
  init(_ label: String, format: OutputFormat, write: @escaping @Sendable (String) -> Void) {
    self.label = label
    self.format = format
    self.write = write
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let values = metadata.merging(event.metadata ?? [:]) { $1 }.map { ($0.key, "\($0.value)") }
    let line = Self.line(
      time: WallClock.now().microseconds / 1000 * 1000,
      level: event.level,
      label: label,
      message: "\(event.message)",
      values: values,
      format: format
    )
    write(line + "\n")
  }

  /// The line of an entry; values are put in the order of their keys.
  static func line(
    time: Int64,
    level: Logger.Level,
    label: String,
    message: String,
    values: [(key: String, value: String)],
    format: OutputFormat
  ) -> String {
    let values = values.sorted { $0.key < $1.key }
    switch format {
    case .text:
      let fields = values.map {
        " \($0.key)=\($0.value.contains(" ") ? "'\($0.value)'" : $0.value)"
      }
      let space = String(repeating: " ", count: max(7 - level.rawValue.count, 0))
      return "\(TimestampText.text(time)) \(level.rawValue)\(space) \(label): \(message)"
        + fields.joined()
    case .json:
      var object = [
        "time": TimestampText.text(time), "level": level.rawValue, "run": label,
        "message": message,
      ]
      for value in values { object[value.key] = value.value }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      // Texts always encode.
      return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? message
    }
  }
}
