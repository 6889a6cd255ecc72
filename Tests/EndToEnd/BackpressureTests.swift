import Glibc
import Testing

/// A reader that takes its time.
@Suite(.serialized) struct BackpressureTests {
  private static let rows = 12_000
  private static let padding = String(repeating: "x", count: 16_000)

  @Test func `a sink that waits holds the source back, and nothing is lost`() throws {
    let folder = TestFolder()
    let pipe = "\(folder.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    // Opened first, and without waiting: a writer would wait for its reader.
    let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    writeRows(folder)
    folder.write("slow.yaml", Self.topology)
    let run = try WeirProcess(["run", "\(folder.path)/slow.yaml"], in: folder, output: pipe)
    let source = try awaitSource(folder, run)
    var first = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    #expect(poll(&first, 1, 60_000) == 1, "no row comes: \(run.errors)")
    #expect(isHeldBack(source, run), "the source does not come to rest: \(run.errors)")
    let held = try #require(source.peakMemoryBytes)
    var lines = LineCount()
    #expect(fcntl(reader, F_SETFL, 0) == 0)
    lines.readAll(reader)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(lines.count == Self.rows)
    #expect(lines.sum == Self.rows * (Self.rows - 1) / 2)
    let total = Self.rows * Self.padding.count
    print("the source held back had \(held >> 20) MiB for \(total >> 20) MiB of rows to come")
    #expect(held < 100 << 20)
  }

  private func writeRows(_ folder: TestFolder) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.rows * (Self.padding.count + 40))
    let tail = Array(",\"text\":\"\(Self.padding)\"}\n".utf8)
    for row in 0..<Self.rows {
      bytes += Array("{\"id\":\(row)".utf8)
      bytes += tail
    }
    folder.write("in.jsonl", bytes)
  }

  private func awaitSource(_ folder: TestFolder, _ run: WeirProcess) throws -> RunningInstance {
    var found: RunningInstance?
    _ = Waiting.until {
      found = ProcessTable.instances(of: folder).first { $0.stage == "rows" }
      return found != nil || run.poll() != nil
    }
    return try #require(found, "\(run.errors)")
  }

  /// True when the source has used no processor for a while, though it has rows to make.
  private func isHeldBack(_ source: RunningInstance, _ run: WeirProcess) -> Bool {
    var ticks = 0
    var since = Waiting.now()
    return Waiting.until {
      guard let now = source.ticks else { return true }
      // A loop that wakes now and then may use a tick; one that works uses a hundred a second.
      if now > ticks + 2 {
        ticks = now
        since = Waiting.now()
      }
      return Waiting.now() - since > 0.7
    }
  }

  private static var topology: String {
    """
    weir: 1
    name: slow
    checkpoints: none
    batch: { compression: none }
    sources:
      rows:
        file: { path: in.jsonl }
        format: json
        schema: { id: int, text: string }
    sinks:
      slow: { from: rows, stdout: {}, format: json }
    """
  }
}

/// Lines that begin with `{"id":` and a number, counted and summed up as they come.
private struct LineCount {
  private(set) var count = 0
  private(set) var sum = 0
  private var rest: [UInt8] = []

  mutating func readAll(_ descriptor: Int32) {
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let length = read(descriptor, &block, block.count)
      guard length > 0 else { return }
      take(block[..<length])
    }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) {
    var left = bytes
    while let end = newline(in: left) {
      rest += left[..<end]
      close()
      left = left[(end + 1)...]
    }
    rest += left
  }

  // Byte by byte would take longer than all the rest in a build without optimization.
  private func newline(in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress, let found = memchr(base, 0x0a, raw.count) else {
        return nil
      }
      return bytes.startIndex + (UnsafeRawPointer(found) - base)
    }
  }

  private mutating func close() {
    count += 1
    let digits = rest.dropFirst(6).prefix { $0 >= 0x30 && $0 <= 0x39 }
    sum += Int(String(decoding: digits, as: UTF8.self)) ?? 0
    rest.removeAll(keepingCapacity: true)
  }
}
