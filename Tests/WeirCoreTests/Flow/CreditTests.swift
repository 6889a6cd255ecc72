import Testing
import WeirCore

/// Credit as both ends see it.
@Suite struct CreditTests {
  private func at(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  @Test func `nothing may be sent before the first credit`() {
    let credit = CreditAllowance()
    #expect(!credit.hasCredit)
  }

  @Test func `a frame may overdraw the credit once, by its own size`() {
    var credit = CreditAllowance()
    credit.grant(10, acknowledging: 1)
    credit.spend(9)
    #expect(credit.hasCredit)
    credit.spend(500)
    #expect(!credit.hasCredit)
    #expect(credit.sent == 509)
    credit.grant(509, acknowledging: 2)
    #expect(!credit.hasCredit)
    credit.grant(510, acknowledging: 2)
    #expect(credit.hasCredit)
  }

  @Test func `lost, doubled and overtaken credits change nothing`() {
    var credit = CreditAllowance()
    credit.grant(300, acknowledging: 7)
    let before = credit
    credit.grant(300, acknowledging: 7)
    credit.grant(100, acknowledging: 2)
    #expect(credit == before)
  }

  @Test func `the first credit is as large as the budget, but no larger than the first window`() {
    var small = CreditGrant(budget: 100_000)
    #expect(small.next()?.allowance == 100_000)
    var large = CreditGrant(budget: 32 << 20)
    #expect(large.next()?.allowance == UInt64(Limits.firstCredit))
    var tiny = CreditGrant(budget: 1)
    #expect(tiny.next()?.allowance == UInt64(Limits.leastCredit))
  }

  @Test func `a credit is worth a frame when a quarter of the window has been drained`() {
    var grant = CreditGrant(budget: 400_000)
    #expect(grant.next()?.allowance == 400_000)
    #expect(grant.next() == nil)
    grant.drained(99_999, at: at(0))
    #expect(grant.next() == nil)
    grant.drained(1, at: at(1))
    #expect(grant.next()?.allowance == 500_000)
  }

  @Test func `a frame that needs an answer brings one at once`() {
    var grant = CreditGrant(budget: 400_000)
    _ = grant.next()
    grant.received(sequence: 4, needsAnswer: false)
    #expect(grant.next() == nil)
    grant.received(sequence: 5, needsAnswer: true)
    let credit = grant.next()
    #expect(credit?.allowance == 400_000)
    #expect(credit?.acknowledged == 6)
    #expect(grant.next() == nil)
  }

  @Test func `a slow drain shrinks the window, and what was granted stays granted`() {
    var grant = CreditGrant(budget: 1 << 20)
    #expect(grant.next()?.allowance == 1 << 20)
    grant.drained(1000, at: at(0))
    grant.drained(99_000, at: at(200))
    // Half a second of this is 250,000 bytes: less than was granted.
    #expect(grant.next() == nil)
    grant.received(sequence: 9, needsAnswer: true)
    #expect(grant.next()?.allowance == 1 << 20)
  }

  @Test func `a fast drain opens the window up to the budget`() {
    var grant = CreditGrant(budget: 8 << 20)
    _ = grant.next()
    grant.drained(1, at: at(0))
    grant.drained(100 << 20, at: at(100))
    #expect(grant.next()?.allowance == (100 << 20) + 1 + (8 << 20))
  }
}
