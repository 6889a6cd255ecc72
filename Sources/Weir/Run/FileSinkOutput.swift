import WeirCore

/// A sink of a run that writes files: what it is called, what it promises, and where its parts lie.
struct FileSinkOutput {
  let name: String
  let delivery: WeirCore.Delivery
  let names: PartNames
}
