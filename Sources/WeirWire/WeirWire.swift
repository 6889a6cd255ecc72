// WeirWire: see Architecture in WeirCore.docc.
