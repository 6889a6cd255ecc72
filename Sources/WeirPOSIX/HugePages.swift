import CLinux

/// Huge pages under large tables: a look-up in a million keys then misses the address cache less.
package enum HugePages {
  /// Asks for huge pages under a range before it is first written.
  ///
  /// Only advice: where the kernel has none, or switched them off, nothing changes.
  package static func advise(_ range: UnsafeMutableRawBufferPointer) {
    guard let start = range.baseAddress else { return }
    weir_advise_huge_pages(start, range.count)
  }
}
