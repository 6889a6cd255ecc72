/// How far a record is on its way to the disk.
enum RecordStep {
  /// The system has its bytes, under a name beside its own.
  case written
  /// The bytes are durable.
  case synced
  /// It has its name.
  case renamed
  /// The name is durable.
  case durable
}
