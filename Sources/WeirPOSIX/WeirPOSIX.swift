// WeirPOSIX: see Architecture in WeirCore.docc.
