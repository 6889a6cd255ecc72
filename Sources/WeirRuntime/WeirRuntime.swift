// WeirRuntime: see Architecture in WeirCore.docc.
