// WeirExpressions: see Architecture in WeirCore.docc.
