/// Every function, operator and aggregate of the language: the checker, the reference and the tests
/// read this one list.
package enum FunctionCatalogue {
  /// In the order of the reference.
  package static let entries: [FunctionEntry] =
    operators + conditionals + text + numbers + times + aggregates

  /// The entry of a name in lower case; linear, for checking.
  package static func entry(named name: String) -> FunctionEntry? {
    entries.first { $0.name == name }
  }

  /// The names that can be called.
  package static let callableNames = entries.filter(\.isCallable).map(\.name)

  /// Names that other systems use, and ours for the same.
  static let foreignNames: [(String, String)] = [
    ("ifnull", "coalesce"), ("nvl", "coalesce"), ("isnull", "coalesce"), ("iff", "if"),
    ("substr", "substring"), ("len", "length"), ("char_length", "length"), ("ceiling", "ceil"),
    ("pow", "power"), ("average", "avg"), ("mean", "avg"), ("stddev_samp", "stddev"),
    ("regexp_matches", "regexp_like"), ("rlike", "regexp_like"), ("toupper", "upper"),
    ("tolower", "lower"), ("ucase", "upper"), ("lcase", "lower"), ("from_unixtime", "to_timestamp"),
    ("unix_timestamp", "epoch_ms"), ("date_format", "format_timestamp"),
    ("strftime", "format_timestamp"),
    ("hour", "extract"), ("approx_count_distinct", "approx_distinct"),
  ]
}
