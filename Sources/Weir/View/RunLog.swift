import Logging
import WeirCore

/// The log of a run: what happens, and every ten seconds how far it is.
struct RunLog: Sendable {
  private let logger: Logger
  private var saidAt: Instant?

  private static let pauseNanoseconds: Int64 = 10_000_000_000

  init(_ logger: Logger) { self.logger = logger }

  /// Says what begins.
  func begin(_ topology: String, process: Int32) {
    logger.info(
      "starting",
      metadata: [
        "topology": "\(topology)", "process": "\(process)", "version": "\(WeirVersion.text)",
      ]
    )
  }

  /// Says how it ended.
  func end(_ outcome: RunOutcome, afterSeconds seconds: Double) {
    logger.info("\(outcome.rawValue)", metadata: ["after": "\(NumberText.seconds(seconds))"])
  }

  mutating func note(_ notice: RunNotice, _ state: RunState, at now: Moment) {
    switch notice {
    case .running(let instances):
      saidAt = now.instant
      logger.info("running", metadata: ["processes": "\(instances)"])
    case .progress:
      if let saidAt, now.instant.nanoseconds - saidAt.nanoseconds < Self.pauseNanoseconds { return }
      saidAt = now.instant
      say(state.picture(at: now))
    case .finished(let instance): logger.debug("finished", metadata: ["instance": "\(instance)"])
    case .laidOut(let layout):
      let numbers = layout.stages.map { "\($0.name) \($0.processes)" }.joined(separator: ", ")
      logger.debug("laid out", metadata: ["processes": "\(numbers)"])
    case .scaling(let change):
      logger.info("scaling", metadata: ["processes": "\(ScalingText.numbers(change))"])
    case .scaled(let report):
      logger.info(
        "scaled",
        metadata: [
          "processes": "\(ScalingText.numbers(report))", "epoch": "\(report.epoch.number)",
          "bytes": "\(report.bytesMoved)", "pause_us": "\(report.pause)",
          "us": "\(report.duration)",
        ]
      )
    case .scalingFailed(let error):
      logger.warning("not scaled", metadata: Self.metadata(error))
    case .readerGone: logger.info("nobody reads standard output any more")
    case .stopping(.drain):
      logger.info("draining: the input ends here, and what was read is worked off")
    case .stopping(let reason):
      logger.info(
        state.job.checkpoints == nil
          ? "stopping: what has reached the sinks is published"
          : "stopping: at a checkpoint, from which the next run goes on",
        metadata: ["stop": "\(reason)"]
      )
    case .killing(let instances):
      logger.debug("ending processes", metadata: ["processes": "\(instances)"])
    case .warned(let instance, let error):
      var metadata: Logger.Metadata = ["instance": "\(instance)", "code": "\(error.code)"]
      if let detail = error.detail { metadata["detail"] = "\(detail)" }
      logger.warning("\(error.message)", metadata: metadata)
    case .failed(let instance, let error):
      logger.error("failed", metadata: Self.metadata(error, of: instance))
    case .stateFailed(let error): logger.error("failed", metadata: Self.metadata(error))
    case .died(let instance, let error):
      logger.warning("died", metadata: Self.metadata(error, of: instance))
    case .rewinding(let instances, let epoch):
      logger.info("going back", metadata: ["to": "\(epoch.number)", "instances": "\(instances)"])
    case .recovered(let instances, let epoch):
      logger.info("recovered", metadata: ["to": "\(epoch.number)", "instances": "\(instances)"])
    case .caughtUp(let recovery): say(recovery)
    case .checkpointed(let epoch, let nanoseconds):
      logger.debug(
        "checkpoint",
        metadata: ["epoch": "\(epoch.number)", "ms": "\(nanoseconds / 1_000_000)"]
      )
    case .checkpointBroken(let epoch, let error):
      var metadata = Self.metadata(error)
      metadata["epoch"] = "\(epoch.number)"
      if let detail = error.detail { metadata["detail"] = "\(detail)" }
      logger.warning("a complete checkpoint is damaged", metadata: metadata)
    case .committed(let times):
      logger.debug(
        "committed",
        metadata: [
          "epoch": "\(times.epoch.number)", "slowest": "\(times.slowest)",
          "barrier_us": "\(times.barrier)", "alignment_us": "\(times.alignment)",
          "write_us": "\(times.write)", "prepare_us": "\(times.prepare)",
          "manifest_us": "\(times.manifest)", "commit_us": "\(times.commit)",
        ]
      )
    case .checkpointFailed(let epoch, let error):
      var metadata = Self.metadata(error)
      metadata["epoch"] = "\(epoch.number)"
      logger.warning("checkpoint failed", metadata: metadata)
    }
  }

  private static func metadata(
    _ error: WeirError,
    of instance: InstanceID? = nil
  ) -> Logger.Metadata {
    var metadata: Logger.Metadata = ["code": "\(error.code)", "error": "\(error.message)"]
    if let instance { metadata["instance"] = "\(instance)" }
    return metadata
  }

  /// Milliseconds from when the failure was seen.
  private func say(_ recovery: Recovery) {
    var metadata: Logger.Metadata = [
      "to": "\(recovery.epoch.number)", "state_bytes": "\(recovery.stateBytes)",
    ]
    let times = [
      ("ready_ms", recovery.readyAt), ("go_ms", recovery.goAt),
      ("running_ms", recovery.runningAt), ("output_ms", recovery.outputAt),
      ("ms", recovery.caughtUpAt),
    ]
    for (name, instant) in times {
      guard let instant else { continue }
      let nanoseconds = instant.nanoseconds - recovery.beganAt.nanoseconds
      metadata[name] = "\(NumberText.fixed(Double(nanoseconds) / 1e6, 1))"
    }
    if let replayed = recovery.replayed { metadata["rows_replayed"] = "\(replayed)" }
    logger.info("caught up", metadata: metadata)
  }

  private func say(_ picture: RunPicture) {
    let head = picture.progress.map { ", \(NumberText.percent($0)) read" } ?? ""
    logger.info("running for \(NumberText.seconds(picture.elapsedSeconds))\(head)")
    for stage in picture.stages {
      var metadata: Logger.Metadata = [
        "stage": "\(stage.name)", "rows_in": "\(stage.counters.rowsIn)",
        "rows_out": "\(stage.counters.rowsOut)",
      ]
      if let rate = stage.rowsPerSecond { metadata["rows_per_s"] = "\(Int(rate.rounded()))" }
      if let shares = stage.shares {
        metadata["busy"] = "\(NumberText.fixed(shares.busy, 2))"
        metadata["backpressured"] = "\(NumberText.fixed(shares.backpressured, 2))"
      }
      if stage.watermark != nil {
        metadata["watermark"] = "\(PictureText.watermark(stage.watermark))"
      }
      if let memory = stage.memoryBytes { metadata["memory_bytes"] = "\(memory)" }
      logger.info("progress", metadata: metadata)
    }
  }
}
