import WeirCore

/// The runs of this user that live.
enum LiveRuns {
  /// What each tells of itself; one that ends meanwhile is left out, one that does not answer is told
  /// of with what its folder says.
  static func statuses() -> [JobStatus] {
    RunDirectory.living().compactMap { run in
      do throws(WeirError) {
        return try ConsoleClient(run).status()
      } catch {
        guard run.isAlive else { return nil }
        var status = JobStatus(
          run: run.identity,
          phase: .silent,
          takenAt: SystemClocks().now().wall
        )
        status.failure = JobStatus.Incident(at: status.takenAt, instance: nil, error: error)
        return status
      }
    }
  }
}
