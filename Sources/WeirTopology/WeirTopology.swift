// WeirTopology: see Architecture in WeirCore.docc.
