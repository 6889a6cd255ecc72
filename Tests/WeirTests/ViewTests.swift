import Testing
import WeirCore

@testable import Weir

struct ViewTests {
  @Test func `the live view has a line for the run and one for each stage`() {
    let picture = SampleRun.state().picture(at: SampleRun.moment(2000))
    let lines = PictureText.lines(picture, width: nil, isColored: false)
    #expect(
      lines == [
        "harbor  running  2.0 s  3 processes  [##########..........] 50 % read",
        "stage                    rows in   rows out  rows/s  busy  backpr.  idle             watermark  behind    memory",
        "payments               5,000,000  5,000,000   2.50M  25 %     75 %   0 %  2025-12-31T23:58:30Z   1m32s  32.0 MiB",
        "large (in payments)    5,000,000  2,000,000   2.50M     -        -     -                     -       -         -",
        "alerts                 2,000,000  2,000,000   1.00M  10 %      0 %  90 %                     -       -  16.0 MiB",
      ]
    )
  }

  @Test func `a narrow terminal gets the columns that fit, and no line is longer`() {
    let picture = SampleRun.state().picture(at: SampleRun.moment(2000))
    for width in 20...130 {
      let lines = PictureText.lines(picture, width: width, isColored: false)
      #expect(lines.allSatisfy { $0.count <= width }, "at \(width)")
    }
    let lines = PictureText.lines(picture, width: 50, isColored: false)
    #expect(lines[3] == "large (in payments)    5,000,000  2,000,000   2.50M")
  }

  @Test func `colours change nothing but colours`() {
    let picture = SampleRun.state().picture(at: SampleRun.moment(2000))
    let plain = PictureText.lines(picture, width: 100, isColored: false)
    let coloured = PictureText.lines(picture, width: 100, isColored: true)
    #expect(coloured != plain)
    #expect(coloured.map { Self.withoutCodes($0) } == plain)
  }

  private static func withoutCodes(_ text: String) -> String {
    var result = ""
    var isCode = false
    for character in text {
      if character == "\u{1b}" { isCode = true }
      if !isCode { result.append(character) }
      if character == "m" { isCode = false }
    }
    return result
  }

  @Test func `input without an end has no progress`() {
    let picture = SampleRun.state(rows: nil).picture(at: SampleRun.moment(2000))
    #expect(picture.progress == nil)
    let lines = PictureText.lines(picture, width: nil, isColored: false)
    #expect(lines[0] == "harbor  running  2.0 s  3 processes")
  }

  @Test func `before anything was reported there is nothing but dashes`() {
    let state = RunState(SampleRun.job(), at: SampleRun.moment(0))
    let lines = PictureText.lines(
      state.picture(at: SampleRun.moment(50)),
      width: nil,
      isColored: false
    )
    #expect(lines[0] == "harbor  starting  0.1 s")
    #expect(
      lines[2].split(separator: " ") == ["payments", "0", "0"] + Array(repeating: "-", count: 7)
    )
  }

  @Test func `a counter that begins again is no negative rate`() {
    var state = SampleRun.state()
    state.take(
      .progress(InstanceID("alerts", 0), SampleRun.progress([(0, 0, 0), (0, 0, 0), (1, 1, 0)])),
      at: SampleRun.moment(2100)
    )
    let picture = state.picture(at: SampleRun.moment(2100))
    #expect((picture.stages[2].rowsPerSecond ?? -1) >= 0)
  }

  @Test func `log lines carry their values in order, as text or as JSON`() {
    let values = [(key: "stage", value: "payments"), (key: "rows_in", value: "17")]
    let text = RunLogHandler.line(
      time: SampleRun.midnight,
      level: .info,
      label: "harbor",
      message: "progress",
      values: values,
      format: .text
    )
    #expect(text == "2026-01-01T00:00:00Z info    harbor: progress rows_in=17 stage=payments")
    let json = RunLogHandler.line(
      time: SampleRun.midnight,
      level: .warning,
      label: "harbor",
      message: "a \"word\"",
      values: values,
      format: .json
    )
    #expect(
      json == """
        {"level":"warning","message":"a \\"word\\"","rows_in":"17","run":"harbor",\
        "stage":"payments","time":"2026-01-01T00:00:00Z"}
        """
    )
  }
}

struct NumberTextTests {
  @Test func `numbers are short and keep three digits`() {
    #expect(
      [0, 999, 1000, 1_234_567].map { NumberText.count($0) } == ["0", "999", "1,000", "1,234,567"]
    )
    #expect(
      [0, 999.4, 1234, 12_345, 999_400, 2_500_000].map { NumberText.rate($0) }
        == ["0", "999", "1.23k", "12.3k", "999k", "2.50M"]
    )
    #expect(
      [0, 1023, 1536, 16 << 20, 5 << 30].map { NumberText.bytes($0) }
        == ["0 B", "1023 B", "1.50 KiB", "16.0 MiB", "5.00 GiB"]
    )
    #expect(
      [0.04, 12.34, 61, 3700].map { NumberText.seconds($0) } == ["0.0 s", "12.3 s", "1m1s", "1h1m"]
    )
    #expect(
      [999, 12_345, 1_200_000].map { NumberText.latency($0) } == ["999 us", "12.3 ms", "1.20 s"]
    )
    #expect(
      [0, 1500, 45_000_000, 5_430_000_000, 93_784_000_000, -2_000_000].map { NumberText.span($0) }
        == ["0s", "1ms", "45s", "1h30m", "1d2h", "-2s"]
    )
  }
}
