import WeirCore

/// Runs that live, and others that have ended or died.
struct KnownRuns {
  var living: [KnownRun]
  var others: [KnownRun]

  /// The only run that is meant, one that lives before others.
  ///
  /// Throws E471 if there is none, E472 if there are several.
  func only(_ reference: RunReference) throws(WeirError) -> KnownRun {
    let isAlive = living.contains { reference.fits($0.identity) }
    do throws(WeirError) {
      return try reference.only(of: isAlive ? living : others)
    } catch {
      var error = error
      guard error.code == "E471" else { throw error }
      let known = living + others
      error.message = "no run of \(reference) is known"
      error.detail =
        known.isEmpty ? "no run is known" : "there are " + known.map(\.line).joined(separator: ", ")
      error.hint =
        "a run is known by its name as long as its state folder is there; one that is not is called by "
        + "the path of its topology file"
      throw error
    }
  }
}
