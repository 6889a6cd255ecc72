import WeirColumns

/// A format of times with all up to the minute filled in: rows of a batch mostly lie in one or two.
///
/// Every field but `%s` has a fixed width, so that a row is a copy of the template in which the
/// fields below the minute are overwritten. Belongs to one evaluator.
final class TimeTemplate {
  /// A field below the minute.
  private struct LateField {
    /// Where it lies in the template.
    let offset: Int
    /// The place of its first digit in `ssffffff`, in bits.
    let shift: UInt64
    /// 2 of a second, 3 or 6 of its fraction.
    let digits: Int
  }

  let format: TimeFormat
  /// Whether all times have texts of the same length.
  let isFixed: Bool
  /// Bytes of a text; `columnSlack` more may be written behind it.
  let length: Int
  // Freed in `deinit`; no arrays, which would be checked and retained in each row.
  private var text: UnsafeMutableRawPointer
  private var otherText: UnsafeMutableRawPointer
  private let fields: UnsafeMutableBufferPointer<LateField>
  /// The first microsecond of the minute that `text` shows.
  private var minute = Int64.max
  /// The minute before that one: where times are out of order they go to and fro between two.
  private var otherMinute = Int64.max

  init(_ format: TimeFormat) {
    self.format = format
    var late: [LateField] = []
    var offset = 0
    var isFixed = true
    for part in format.parts {
      switch part {
      case .byte: offset += 1
      case .field(let unit, let width):
        switch unit {
        case .second: late.append(LateField(offset: offset, shift: 0, digits: width))
        case .millisecond, .microsecond:
          late.append(LateField(offset: offset, shift: 16, digits: width))
        case .epoch: isFixed = false
        case .minute, .hour, .day, .week, .month, .quarter, .year, .weekday, .dayOfYear: break
        }
        offset += width
      }
    }
    self.isFixed = isFixed
    length = offset
    let room = format.maximumLength + columnSlack
    text = .allocate(byteCount: room, alignment: 16)
    otherText = .allocate(byteCount: room, alignment: 16)
    fields = .allocate(capacity: late.count)
    _ = fields.initialize(fromContentsOf: late)
  }

  deinit {
    text.deallocate()
    otherText.deallocate()
    fields.deallocate()
  }

  /// Writes the text of a time and returns its length; only if the format is fixed.
  @inline(__always)
  func write(_ time: Int64, to target: UnsafeMutableRawPointer) -> Int {
    // Wraps to a number beyond any minute where the time lies before it.
    if UInt64(bitPattern: time &- minute) >= 60_000_000 { begin(time) }
    var place = 0
    repeat {
      let bytes = text.load(fromByteOffset: place, as: SIMD16<UInt8>.self)
      target.storeBytes(of: bytes, toByteOffset: place, as: SIMD16<UInt8>.self)
      place &+= 16
    } while place < length
    guard !fields.isEmpty else { return length }
    let digits = DigitWords.digits(UInt64(bitPattern: time &- minute))
    for field in fields {
      let text = UInt32(truncatingIfNeeded: digits &>> field.shift)
      let place = target + field.offset
      place.storeBytes(of: UInt16(truncatingIfNeeded: text).littleEndian, as: UInt16.self)
      guard field.digits > 2 else { continue }
      let third = UInt8(truncatingIfNeeded: text &>> 16)
      place.storeBytes(of: third, toByteOffset: 2, as: UInt8.self)
      guard field.digits > 3 else { continue }
      let rest = UInt32(truncatingIfNeeded: digits &>> 32).littleEndian
      place.storeBytes(of: rest, toByteOffset: 2, as: UInt32.self)
    }
    return length
  }

  /// Moves to the minute of a time.
  @inline(never)
  private func begin(_ time: Int64) {
    swap(&minute, &otherMinute)
    swap(&text, &otherText)
    if UInt64(bitPattern: time &- minute) < 60_000_000 { return }
    minute = TimeUnit.minute.truncate(time)
    _ = format.write(minute, text)
  }
}
