import Dispatch
import Glibc
import Synchronization
import WeirColumns
import WeirCore
import WeirPOSIX

/// Reads the parts of a sink back with several threads: large files of JSON lines in pieces, others
/// whole.
///
/// Each thread holds a reader with a block of the file and a batch of rows, whatever the files have.
struct PartsReading {
  /// A file to be read.
  struct File: Sendable {
    var path: String
    /// The name that it may have got meanwhile.
    var final: String

    /// Opens it under the one name or the other; throws E101 or E114.
    func open() throws(WeirError) -> FileReader {
      do throws(WeirError) {
        return try FileReader(path)
      } catch {
        guard path != final, error.code == "E101" else { throw error }
        return try FileReader(final)
      }
    }
  }

  /// Some lines of a file.
  private struct Piece {
    var file: Int
    var range: Range<Int64>
  }

  private let schemas: [Schema]
  private let format: SinkFormat
  /// Bytes of a piece, up to the end of its last line.
  private let pieceBytes: Int64

  /// Threads at most: more are not faster than the disk.
  static let mostThreads = 8

  /// Makes a reading for rows of these columns, none of them hidden.
  init(_ schemas: [Schema], format: SinkFormat, pieceBytes: Int64 = 16 << 20) {
    self.schemas = schemas
    self.format = format
    self.pieceBytes = pieceBytes
  }

  /// What is in each of the files; throws E101, E102 or E114, and E451 when a signal asks for the end.
  ///
  /// O(bytes), among as many threads as there are processors.
  func contents(of files: [File]) throws(WeirError) -> [PartContent] {
    let pieces = try pieces(of: files)
    let results = Mutex<[Result<PartContent, WeirError>?]>(pieces.map { _ in nil })
    let next = Atomic(0)
    let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    DispatchQueue.concurrentPerform(
      iterations: min(max(processors, 1), Self.mostThreads, max(pieces.count, 1))
    ) { _ in
      let reader = PartReader(schemas, format: format)
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < pieces.count else { return }
        let result = Self.read(pieces[index], of: files, with: reader)
        results.withLock { $0[index] = result }
      }
    }
    var contents = files.map { _ in PartContent(shapes: schemas.count) }
    for (piece, result) in zip(pieces, results.withLock { $0 }) {
      guard let result else { preconditionFailure("a piece of \(files[piece.file]) was left out") }
      contents[piece.file].append(try result.get())
    }
    return contents
  }

  private static func read(
    _ piece: Piece,
    of files: [File],
    with reader: PartReader
  ) -> Result<PartContent, WeirError> {
    guard !SignalDescriptor.isEndAsked else { return .failure(interrupted) }
    do throws(WeirError) {
      return .success(try reader.read(try files[piece.file].open(), piece.range))
    } catch {
      return .failure(error)
    }
  }

  private static var interrupted: WeirError {
    WeirError(
      "E451",
      "the audit was interrupted",
      detail: "the run has finished, and its output is visible",
      hint: "'weir audit' makes the audit of a run with checkpoints at any time",
      blame: .user
    )
  }

  // MARK: Pieces

  private func pieces(of files: [File]) throws(WeirError) -> [Piece] {
    var pieces: [Piece] = []
    for (index, path) in files.enumerated() {
      guard !SignalDescriptor.isEndAsked else { throw Self.interrupted }
      let file = try path.open()
      let size = try file.size()
      var start: Int64 = 0
      while size - start > pieceBytes, isCuttable {
        let end = try Self.lineEnd(in: file, from: start + pieceBytes, size)
        pieces.append(Piece(file: index, range: start..<end))
        start = end
      }
      if start < size || start == 0 { pieces.append(Piece(file: index, range: start..<size)) }
    }
    return pieces
  }

  /// Whether every line end is one between rows; within quotes of CSV there can be others.
  private var isCuttable: Bool {
    switch format {
    case .json: true
    case .csv: false
    }
  }

  /// Behind the first line end at or behind an offset, or the end of the file.
  private static func lineEnd(
    in file: FileReader,
    from offset: Int64,
    _ size: Int64
  ) throws(WeirError) -> Int64 {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    defer { buffer.deallocate() }
    var offset = offset
    while offset < size {
      let count = try file.read(into: buffer, at: offset)
      if count == 0 { break }
      if let end = buffer[..<count].firstIndex(of: 0x0a) { return offset + Int64(end) + 1 }
      offset += Int64(count)
    }
    return size
  }
}
