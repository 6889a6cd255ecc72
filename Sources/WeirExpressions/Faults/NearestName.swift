/// Finds the known name that a misspelt one was probably meant to be.
package enum NearestName {
  /// The nearest of `names` within a third of the name's length, the first among equals.
  ///
  /// Case counts for nothing. O(names x length^2), for diagnostics only.
  package static func find(_ name: String, among names: [String]) -> String? {
    let wanted = Array(name.lowercased().utf8)
    let limit = max(1, wanted.count / 3)
    var best: String?
    var bestDistance = limit + 1
    for candidate in names {
      let distance = editDistance(wanted, Array(candidate.lowercased().utf8))
      guard distance < bestDistance else { continue }
      best = candidate
      bestDistance = distance
    }
    return best
  }

  /// Levenshtein distance with transpositions of neighbours (optimal string alignment).
  package static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        let isSame = left[row] == right[column]
        var cost = min(
          last[column + 1] + 1,
          current[column] + 1,
          last[column] + (isSame ? 0 : 1)
        )
        let isSwap =
          row > 0 && column > 0 && left[row] == right[column - 1]
          && left[row - 1] == right[column]
        if isSwap { cost = min(cost, beforeLast[column - 1] + 1) }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
