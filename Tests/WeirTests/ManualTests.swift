import Foundation
import Testing

@testable import Weir

@Suite struct ManualTests {
  @Test func `the generated pages of the manual are those of the catalogues`() {
    for page in ManualPages.all {
      let path = "\(Golden.packageFolder)/ops/manual/\(page.name)"
      if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
        try? page.text.write(toFile: path, atomically: true, encoding: .utf8)
      }
      let file = try? String(contentsOfFile: path, encoding: .utf8)
      #expect(
        page.text == file,
        "\(page.name) is not what the catalogues say: run the tests with UPDATE_GOLDEN=1"
      )
    }
  }
}
