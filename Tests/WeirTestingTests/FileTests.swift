import Glibc
import Testing
import WeirTesting

/// Temporary folders and golden files.
@Suite struct FileTests {
  @Test func `a temporary folder goes with all that is in it`() {
    var folder: TemporaryFolder? = TemporaryFolder()
    let path = folder?.path ?? ""
    #expect(mkdir("\(path)/inner", 0o700) == 0)
    #expect(GoldenFile(path: "\(path)/inner/file", isUpdating: true).difference(from: "x") == nil)
    #expect(access(path, F_OK) == 0)
    folder = nil
    #expect(access(path, F_OK) != 0)
  }

  @Test func `a golden file is written on request, and compared otherwise`() {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/Golden/kept.txt"
    let compared = GoldenFile(path: path, isUpdating: false)
    #expect(
      compared.difference(from: "x")
        == "there is no golden file '\(path)'; UPDATE_GOLDEN=1 makes it"
    )
    #expect(GoldenFile(path: path, isUpdating: true).difference(from: "one\ntwo\n") == nil)
    #expect(compared.difference(from: "one\ntwo\n") == nil)
    #expect(
      compared.difference(from: "one\nthree\n")
        == "line 2 of '\(path)':\n  was two\n  is  three"
    )
    #expect(
      compared.difference(from: "one\ntwo") == "line 3 of '\(path)':\n  was \n  is  the end"
    )
    #expect(compared.contents == "one\ntwo\n")
  }
}
