/// What `weir explain CODE` tells.
package struct DiagnosticExplanation: Hashable, Sendable {
  /// A few words.
  package var title: String
  /// Several sentences: what is meant, and why it is refused or told.
  package var text: String
  /// Lines that draw the diagnostic.
  package var faulty: String
  /// The same lines put right.
  package var remedy: String

  init(_ title: String, _ text: String, faulty: String, remedy: String) {
    self.title = title
    self.text = text
    self.faulty = faulty
    self.remedy = remedy
  }
}

extension DiagnosticCode {
  package var title: String { explanation.title }

  /// What is told of this code.
  package var explanation: DiagnosticExplanation {
    switch self {
    case .yamlSyntax, .duplicateKey, .tab, .severalDocuments, .cutShort, .bareWord,
      .missingVariable, .badSubstitution, .tooLarge:
      textExplanation
    case .unknownKey, .missingKey, .unknownVersion, .badName, .duplicateName, .wrongForm,
      .connectorCount, .clauseConflict, .hiddenName, .notYet:
      structureExplanation
    case .missingUnit, .badDuration, .badTime, .badNumber, .outOfRange, .unknownWord, .badType,
      .badPattern, .badGenerator:
      valueExplanation
    case .unknownStage, .unknownColumn, .unknownPort, .cycle, .expressionFault, .schemaMismatch,
      .eventTimeNotTimestamp, .keyMissing, .tooManyProcesses,
      .badWindow, .unboundedState, .deliveryTooStrong, .notCombinable, .unreadStage, .unreadPort,
      .inlinedOperator:
      meaningExplanation
    }
  }

  /// The code of that text, such as `W012` or `w012`.
  package static func named(_ text: String) -> DiagnosticCode? {
    DiagnosticCode(rawValue: text.uppercased())
  }
}
