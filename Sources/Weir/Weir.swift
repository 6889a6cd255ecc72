// Weir: see Architecture in WeirCore.docc.
