import WeirCore
import WeirPOSIX

/// A file that a source has found: which one it is, and the name that it was found by.
struct FollowedFile: Hashable {
  var partition: PartitionID
  var path: String
  var identity: FileIdentity

  init(_ partition: PartitionID, path: String, identity: FileIdentity) {
    self.partition = partition
    self.path = path
    self.identity = identity
  }

  /// Reads what `text` wrote; nil for anything else.
  init?(_ text: String) {
    var fields = FieldText(text)
    guard let number = fields.number(), let device = fields.number(), let inode = fields.number(),
      let path = fields.text(), fields.isAtEnd, let number = Int(exactly: number)
    else { return nil }
    self.init(
      PartitionID(number),
      path: path,
      identity: FileIdentity(device: device, inode: inode)
    )
  }

  /// Numbers: partition, device, inode; a text: the path.
  var text: String {
    FieldText.text([UInt64(partition.number), identity.device, identity.inode], [path])
  }
}
