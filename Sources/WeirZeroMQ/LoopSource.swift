/// Something that a loop waits for, as `LoopExecutor.add` names it; never reused within a loop.
package struct LoopSource: Hashable, Sendable {
  let number: Int
}
