// The state into snapshots and out of them: keys and sessions.

extension SessionOperator {
  package var liveTables: [StateTable] { [] }
  package func mark(rewriting addresses: [StateAddress], isFull: Bool) {}
  package func writeSlice(maximumBytes: Int, into sections: inout [StateSection]) -> Bool { true }
  package func abandonSnapshot() {}
  package func restore(_ section: StateSection) throws(WeirError) {}
  package func finishRestore() throws(WeirError) {}
}
