// WeirLZ4: see Architecture in WeirCore.docc.
