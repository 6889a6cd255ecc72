// WeirZeroMQ: see Architecture in WeirCore.docc.
