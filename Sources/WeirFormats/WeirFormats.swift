// WeirFormats: see Architecture in WeirCore.docc.
