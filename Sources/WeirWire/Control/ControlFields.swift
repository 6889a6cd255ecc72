import WeirCore

/// The fields of a control message, or of a value in one, by name.
///
/// Fields that nobody asks for are ignored: a later version may have added them.
struct ControlFields {
  /// What is being read, for errors, such as `assign`.
  let subject: String
  private let members: [JSONMember]

  init(_ value: JSONValue, of subject: String) throws(WeirError) {
    guard case .object(let members) = value else { throw Self.damaged(subject, "not an object") }
    self.subject = subject
    self.members = members
  }

  /// A message that cannot be understood: it comes of two programs that differ.
  static func damaged(_ subject: String, _ detail: String) -> WeirError {
    WeirError(
      "E310",
      "reading control message '\(subject)'",
      detail: detail,
      hint: "run all processes from the same version of weir",
      blame: .weir
    )
  }

  /// The value of the last field of that name, nil if there is none or it is null; linear.
  func optional(_ name: String) -> JSONValue? {
    guard let value = members.last(where: { $0.name == name })?.value, value != .null else {
      return nil
    }
    return value
  }

  func value(_ name: String) throws(WeirError) -> JSONValue {
    guard let value = optional(name) else {
      throw Self.damaged(subject, "field '\(name)' is missing")
    }
    return value
  }

  func text(_ name: String) throws(WeirError) -> String {
    guard case .text(let text) = try value(name) else { throw wrong(name, "text") }
    return text
  }

  func optionalText(_ name: String) throws(WeirError) -> String? {
    guard let value = optional(name) else { return nil }
    guard case .text(let text) = value else { throw wrong(name, "text") }
    return text
  }

  func list(_ name: String) throws(WeirError) -> [JSONValue] {
    guard case .list(let values) = try value(name) else { throw wrong(name, "a list") }
    return values
  }

  func texts(_ name: String) throws(WeirError) -> [String] {
    var texts: [String] = []
    for value in try list(name) {
      guard case .text(let text) = value else { throw wrong(name, "a list of texts") }
      texts.append(text)
    }
    return texts
  }

  func integer<Number: FixedWidthInteger>(_ name: String) throws(WeirError) -> Number {
    guard case .number(let text) = try value(name), let number = Number(text) else {
      throw wrong(name, "a whole number that fits")
    }
    return number
  }

  func double(_ name: String) throws(WeirError) -> Double {
    guard case .number(let text) = try value(name), let number = Double(text), number.isFinite
    else { throw wrong(name, "a number") }
    return number
  }

  /// The case of an enum whose raw values are the words on the wire.
  func word<Word: RawRepresentable<String>>(_ name: String) throws(WeirError) -> Word {
    let text = try text(name)
    guard let word = Word(rawValue: text) else {
      throw Self.damaged(subject, "field '\(name)' is '\(text)', which is unknown")
    }
    return word
  }

  func truth(_ name: String) throws(WeirError) -> Bool {
    guard case .bool(let value) = try value(name) else { throw wrong(name, "true or false") }
    return value
  }

  func epoch(_ name: String) throws(WeirError) -> Epoch { Epoch(try integer(name)) }

  /// A number that may be missing.
  func optionalInteger<Number: FixedWidthInteger>(
    _ name: String
  ) throws(WeirError) -> Number? {
    optional(name) == nil ? nil : try integer(name)
  }

  /// The values of a list, each made of its own fields.
  func values<Element>(
    _ name: String,
    _ make: (ControlFields) throws(WeirError) -> Element
  ) throws(WeirError) -> [Element] {
    var values: [Element] = []
    for value in try list(name) { values.append(try make(ControlFields(value, of: subject))) }
    return values
  }

  func fields(_ name: String) throws(WeirError) -> ControlFields {
    try ControlFields(value(name), of: subject)
  }

  private func wrong(_ name: String, _ expected: String) -> WeirError {
    Self.damaged(subject, "field '\(name)' is not \(expected)")
  }
}
