/// The stable code of a kind of diagnostic; codes are never reused, and numbers may be missing.
package enum DiagnosticCode: String, Hashable, Sendable, CaseIterable {
  case yamlSyntax = "W001"
  case duplicateKey = "W002"
  case tab = "W003"
  case severalDocuments = "W004"
  case cutShort = "W005"
  case unknownKey = "W006"
  case missingKey = "W007"
  case unknownVersion = "W008"
  case badName = "W009"
  case duplicateName = "W010"
  case unknownStage = "W011"
  case unknownColumn = "W012"
  case unknownPort = "W013"
  case wrongForm = "W014"
  case bareWord = "W015"
  case missingUnit = "W016"
  case badDuration = "W017"
  case badTime = "W019"
  case badNumber = "W020"
  case outOfRange = "W021"
  case unknownWord = "W022"
  case badType = "W023"
  case missingVariable = "W024"
  case badSubstitution = "W025"
  case connectorCount = "W026"
  case clauseConflict = "W027"
  case badPattern = "W028"
  case badGenerator = "W029"
  case hiddenName = "W030"
  case tooLarge = "W031"

  case cycle = "W040"
  case expressionFault = "W041"
  case schemaMismatch = "W043"
  case eventTimeNotTimestamp = "W044"
  case keyMissing = "W046"
  case tooManyProcesses = "W047"
  case badWindow = "W048"
  case unboundedState = "W051"
  case deliveryTooStrong = "W052"
  case notCombinable = "W053"

  case unreadStage = "W060"
  case unreadPort = "W061"
  case inlinedOperator = "W062"

  case notYet = "W080"

  /// Errors keep a topology from running; warnings and notes are told, and it runs.
  package var severity: Diagnostic.Severity {
    switch self {
    case .unboundedState, .unreadStage: .warning
    case .unreadPort, .inlinedOperator: .note
    case .yamlSyntax, .duplicateKey, .tab, .severalDocuments, .cutShort, .unknownKey, .missingKey,
      .unknownVersion, .badName, .duplicateName, .unknownStage, .unknownColumn, .unknownPort,
      .wrongForm, .bareWord, .missingUnit, .badDuration, .badTime, .badNumber,
      .outOfRange, .unknownWord, .badType, .missingVariable, .badSubstitution, .connectorCount,
      .clauseConflict, .badPattern, .badGenerator, .hiddenName, .tooLarge, .cycle,
      .expressionFault, .schemaMismatch, .eventTimeNotTimestamp, .keyMissing, .tooManyProcesses,
      .badWindow, .deliveryTooStrong, .notCombinable, .notYet:
      .error
    }
  }
}
