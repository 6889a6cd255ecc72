/// Every fault that a run can report, by code; a test compares it with the sources.
enum ErrorCatalogue {
  static let entries: [ErrorEntry] =
    files + processes + sockets + frames + runs + parts + audits + savepoints + live + drills + rows

  private static let files = [
    ErrorEntry(
      "E101",
      "a file cannot be opened",
      "The file does not exist, or its mode or its folder's does not allow it."
    ),
    ErrorEntry(
      "E102",
      "a file cannot be read",
      "The system refused to read on: look at the disk, or at the network behind the folder."
    ),
    ErrorEntry(
      "E103",
      "a file cannot be written",
      "Most often the disk is full. What was not published is not visible; run again."
    ),
    ErrorEntry(
      "E104",
      "a file cannot be made durable",
      "The system could not bring bytes to the disk (fsync). The file is not trusted any more."
    ),
    ErrorEntry(
      "E105",
      "a file cannot be renamed",
      "A part gets its final name by renaming: both names must lie on one file system."
    ),
    ErrorEntry(
      "E106",
      "a name is taken",
      "Weir never overwrites. Move the file away, or run with '--fresh', which moves output aside."
    ),
    ErrorEntry("E107", "a folder cannot be created", "Look at the mode of the folder above it."),
    ErrorEntry("E108", "a folder cannot be listed", "Look at the mode of the folder."),
    ErrorEntry(
      "E109",
      "a file or folder cannot be removed",
      "Look at the mode of the folder it lies in."
    ),
    ErrorEntry(
      "E110",
      "a folder is not private",
      "Sockets lie in a folder that only its owner may enter. Somebody else made it, or opened it: "
        + "remove it, or set XDG_RUNTIME_DIR to a folder of yours."
    ),
    ErrorEntry(
      "E111",
      "another process has the lock",
      "A run of this topology lives already, on the same state folder. Stop it first, or give this "
        + "one another name or store."
    ),
    ErrorEntry("E112", "a lock cannot be taken", "The file system may not support locks (flock)."),
    ErrorEntry(
      "E113",
      "the path of a socket is too long",
      "A Unix socket's path has at most 107 bytes. Set XDG_RUNTIME_DIR to a shorter one."
    ),
    ErrorEntry(
      "E114",
      "a path is no regular file",
      "Sources read files, not folders, pipes or devices."
    ),
    ErrorEntry("E115", "a file's name is not text", "Names must be UTF-8 to be listed and sorted."),
    ErrorEntry(
      "E116",
      "a path leads nowhere",
      "Part of the path does not exist, or is a link in a circle."
    ),
    ErrorEntry("E117", "a file cannot be looked at", "Look at the modes of the folders above it."),
  ]

  private static let processes = [
    ErrorEntry(
      "E118",
      "a process cannot be started",
      "The limit on processes ('ulimit -u') or memory may be reached."
    ),
    ErrorEntry("E119", "a process cannot be watched", "The kernel must be Linux 5.3 or later."),
    ErrorEntry("E120", "a signal cannot be sent", "The process belongs to somebody else."),
    ErrorEntry(
      "E121",
      "the coordinator has ended",
      "A process of a run ends when its coordinator does."
    ),
    ErrorEntry(
      "E122",
      "a process cannot be tied to its coordinator",
      "The kernel refused (prctl)."
    ),
    ErrorEntry(
      "E123",
      "a pipe cannot be made",
      "The limit on open files may be reached: 'ulimit -n'."
    ),
    ErrorEntry("E124", "signals cannot be listened to", "The kernel refused (signalfd)."),
    ErrorEntry("E125", "a process cannot find out about itself", "Is /proc mounted?"),
    ErrorEntry(
      "E126",
      "whoever read the output has gone",
      "Rows went to a pipe whose reader has ended, such as 'head'. A run stops then, with exit code "
        + "141, and publishes what has reached its other sinks."
    ),
    ErrorEntry("E127", "a standard stream cannot be written", "Look at where it is redirected to."),
  ]

  private static let sockets = [
    ErrorEntry("E201", "ZeroMQ cannot start", "The limit on open files may be reached."),
    ErrorEntry("E202", "a socket cannot be made", "The limit on open files may be reached."),
    ErrorEntry("E203", "an option of a socket cannot be set", "libzmq must be 4.3 or later."),
    ErrorEntry("E204", "a socket cannot be bound", "Look at the folder named in the address."),
    ErrorEntry("E205", "a socket cannot be connected", "Look at the folder named in the address."),
    ErrorEntry("E206", "a message cannot be sent", "The other process has most likely ended."),
    ErrorEntry("E207", "a message cannot be received", "The socket has failed; run again."),
    ErrorEntry("E208", "a peer is not connected", "The other process has most likely ended."),
    ErrorEntry(
      "E209",
      "a message has the wrong form",
      "Something else writes to the run's sockets."
    ),
    ErrorEntry("E210", "connections cannot be watched", "The limit on open files may be reached."),
    ErrorEntry("E211", "a loop cannot be made", "The limit on open files may be reached."),
    ErrorEntry("E212", "the name of a socket is taken", "Another run uses the same folder."),
    ErrorEntry("E213", "nobody listens at an address", "The other process has most likely ended."),
  ]

  private static let frames = [
    ErrorEntry(
      "E301",
      "bytes are missing",
      "A frame between processes, or stored state, is shorter than it says."
    ),
    ErrorEntry("E302", "bytes are no frame", "Something else writes to the run's sockets."),
    ErrorEntry(
      "E303",
      "a frame has another version",
      "Processes of different versions of Weir met."
    ),
    ErrorEntry("E304", "a frame is damaged", "Its checksum is wrong: suspect the memory."),
    ErrorEntry("E305", "a frame is of an unknown kind", "Processes of different versions met."),
    ErrorEntry("E306", "a frame is over a limit", "A row may be too large."),
    ErrorEntry("E307", "the body of a frame is damaged", "Its parts do not fit together."),
    ErrorEntry(
      "E308",
      "a frame does not fit the plan",
      "Sender and receiver planned different topologies."
    ),
    ErrorEntry(
      "E310",
      "a control message cannot be read",
      "Something else writes to the run's sockets."
    ),
    ErrorEntry(
      "E311",
      "a control message is of an unknown kind",
      "Processes of different versions of Weir met: start the run again."
    ),
  ]

  private static let runs = [
    ErrorEntry(
      "E401",
      "a channel is broken",
      "Frames between two processes came out of order, or one is missing: the run ends."
    ),
    ErrorEntry(
      "E402",
      "a frame went to the wrong process",
      "Something else writes to the sockets."
    ),
    ErrorEntry(
      "E403",
      "processes of different versions",
      "The weir executable was replaced while the run started: start it again."
    ),
    ErrorEntry(
      "E404",
      "a process of the run died",
      "It was killed (a signal 9 may come from the system, when memory is short), or it met a fault "
        + "of Weir's own. It is replaced, and the run goes back to the last complete checkpoint; with "
        + "'checkpoints: none' the run ends, and what was not published is not in the output."
    ),
    ErrorEntry(
      "E405",
      "a process did not answer in time",
      "It may be stopped, or the machine is too busy to start so many processes."
    ),
    ErrorEntry("E406", "a peer is no longer connected", "The process at the other end has ended."),
    ErrorEntry(
      "E407",
      "a file is no topology",
      "A topology is text in UTF-8 and at most 16 MiB long."
    ),
    ErrorEntry(
      "E408",
      "a source has no file to read",
      "No file has the path, or matches the pattern. Relative paths are relative to the folder of "
        + "the topology file, or to '--base'. With 'follow: true' a source waits for files instead."
    ),
    ErrorEntry(
      "E409",
      "output of an earlier run is in the way",
      "A run never overwrites parts or adds to those of another run. '--fresh' moves old parts and "
        + "old state to '….old-TIME'."
    ),
    ErrorEntry(
      "E410",
      "a process planned something else",
      "Every process plans from the topology's text; the executable was replaced meanwhile."
    ),
    ErrorEntry(
      "E411",
      "too few open files are allowed",
      "Each file and each connection needs one. Raise the limit with 'ulimit -n'."
    ),
    ErrorEntry(
      "E412",
      "a sink cannot write",
      "The folder of its path exists but does not let it in."
    ),
    ErrorEntry(
      "E414",
      "a store is not known",
      "This version keeps state in folders: 'store: file:FOLDER'."
    ),
    ErrorEntry(
      "E415",
      "a followed file became shorter",
      "What was cut off had been read, and what follows would be read from the wrong place. Let "
        + "whoever writes the file only append to it, and rotate by renaming."
    ),
    ErrorEntry(
      "E416",
      "a followed file was replaced",
      "Another file has its name now, and it has no other: what of the new file had been read in "
        + "the old one cannot be known. Rotate by renaming: the old file is read to its end, and the "
        + "new one from its beginning."
    ),
    ErrorEntry(
      "E417",
      "a followed file has gone",
      "A warning: the run goes on. The file was removed, or renamed so that the path's pattern no "
        + "longer matches. All it had was read; it was looked at for some seconds more, and is closed "
        + "now. If it gets a matching name again it is taken for new and read from its beginning."
    ),
    ErrorEntry(
      "E418",
      "a position of a source is no position",
      "A checkpoint of another version, or a damaged one: it is not gone on from."
    ),
    ErrorEntry(
      "E421",
      "a checkpoint has failed",
      "It took too long, or a part of it could not be made durable: the message names the process "
        + "and the step it waited for. The run goes on; what was prepared goes with the next one."
    ),
    ErrorEntry(
      "E422",
      "too many checkpoints in a row have failed",
      "'checkpoints: { max_failures: … }' says how many may. The next run goes on from the last "
        + "complete one."
    ),
    ErrorEntry(
      "E423",
      "a process fails again and again",
      "'restarts: { most: …, within: … }' says how often one may: failures count until the next "
        + "checkpoint is complete, and crashes of its own for a time besides, ten minutes by default, so "
        + "that one that crashes more slowly than checkpoints come is given up too. The message tells "
        + "each failure that counts. The next run goes on from the last complete checkpoint."
    ),
    ErrorEntry(
      "E424",
      "a process has stopped answering",
      "It is killed and replaced. It may have been stopped, or be in an endless loop."
    ),
    ErrorEntry(
      "E425",
      "a row kills its stage",
      "A process died three times at work on the same rows, the last time on that one alone; "
        + "or on a record of a file, or on a result of a window. Where it is an operator's, "
        + "'on_error: skip' or 'divert' keeps it from it and the run goes on; 'divert' shows a "
        + "row in OPERATOR.poison and a result in OPERATOR.errors. Of a source 'on_bad_record' "
        + "says the same. The message has the fingerprint, never the content."
    ),
    ErrorEntry(
      "E426",
      "too many rows kill their operators",
      "So many different rows are kept from them already that the fault is not in the rows. The next "
        + "run goes on from the last complete checkpoint."
    ),
    ErrorEntry(
      "E427",
      "a row that kills its operator is kept from it",
      "A warning: the run goes on. 'on_error' has said what becomes of it: it counts as an "
        + "error, and with 'divert' a row goes to OPERATOR.poison and a result to "
        + "OPERATOR.errors. A record is rejected, as 'on_bad_record' says. The list is part of "
        + "the run's state: only '--fresh' forgets it."
    ),
    ErrorEntry(
      "E428",
      "a process has died twice in the middle of its work",
      "A warning: the run goes on. Until a complete checkpoint is past the rows that it died at, the "
        + "process takes one row at a time, which is slower, so that the next death names the row."
    ),
  ]

  private static let parts = [
    ErrorEntry(
      "E430",
      "what a checkpoint says of output cannot be read",
      "It was written by another version of weir: go on with that one, or begin anew with '--fresh'."
    ),
    ErrorEntry(
      "E431",
      "a part of a file sink is not what was prepared",
      "Its length or checksum differs from what the checkpoint says, or another file has taken its "
        + "name. It was changed from outside, or the disk is not to be trusted."
    ),
    ErrorEntry(
      "E432",
      "a prepared part of a file sink has gone",
      "A complete checkpoint names it, and it is neither hidden nor visible: bring it back, from "
        + "wherever it was moved to, or begin anew with '--fresh'."
    ),
    ErrorEntry(
      "E433",
      "where to go on reading cannot be told",
      "A position of a checkpoint cannot be read, or is of another file: it was written by another "
        + "version of weir."
    ),
    ErrorEntry(
      "E434",
      "a file is shorter than what was read of it",
      "A checkpoint goes on behind the end of the file: it was cut short, or written anew. Bring back "
        + "the file as it was, or begin anew with '--fresh'."
    ),
    ErrorEntry(
      "E435",
      "a file is not the one that was read",
      "Another file has its name, or the bytes that were read have changed. What has to be read next "
        + "is not guessed at: bring back the file as it was, or begin anew with '--fresh'."
    ),
    ErrorEntry(
      "E436",
      "a file that has to be read again has gone",
      "The run goes on from a checkpoint that does not have all that was read of the file, and it is "
        + "neither under its name, nor among those that match the path, nor in the folder that it was in "
        + "and below. Bring it back there, the same file and no copy, under any name; or begin anew with "
        + "'--fresh'. Files that are followed may be renamed and moved within their folder at any time; "
        + "remove them only when a checkpoint knows all of them."
    ),
    ErrorEntry(
      "E437",
      "a run without checkpoints has not shown all its output",
      "Sinks make their files durable first, all of them, and then give them their names. One of them "
        + "could not, so what others had shown was withdrawn: nothing of the run stands, and it can be "
        + "run again. Where that is not possible either, the files that stand are named: they are whole, "
        + "but others are missing. Remove them, or use '--fresh'."
    ),
    ErrorEntry(
      "E438",
      "files have been forgotten that a checkpoint does not know",
      "A source that follows files remembers the newest \(FollowedFiles.mostClosed) that have come and "
        + "gone, and more have since the checkpoint that the run would go on from: what has to be read "
        + "again cannot be told. Take checkpoints more often, and begin anew with '--fresh'."
    ),
    ErrorEntry(
      "E439",
      "the list of files that a source has found is damaged",
      "By the list in the state folder files are found again that no checkpoint knows yet. Bring it back "
        + "from a copy. Without the file the run goes on with what the last checkpoint knows and what "
        + "matches the path now: rows of files that were rotated away since are lost then."
    ),
    ErrorEntry(
      "E441",
      "what the state folder holds of a run cannot be used",
      "Its numbers or its checkpoints are damaged, and there is nothing older to go back to: suspect "
        + "the disk, and bring the folder back from a copy, or begin anew with '--fresh'."
    ),
    ErrorEntry(
      "E442",
      "the state is of another topology",
      "Something that state or output depend on has changed since the last checkpoint: the message names "
        + "it, by stage and clause, as the file says it or a variable of the environment fills it in. "
        + "Run it as it was to go on; another 'name' begins beside it, '--fresh' anew. Free to change "
        + "are comments and layout, 'description', 'checkpoints', 'restarts', 'batch', and the 'rate' "
        + "of a source."
    ),
    ErrorEntry(
      "E443",
      "going back would print rows again",
      "The newest checkpoint is damaged. From the one before, file sinks would withdraw what they have "
        + "written since, but what went to standard output cannot be taken back. Bring the state "
        + "folder back from a copy, go on with '--accept-duplicates', or begin anew with '--fresh'."
    ),
    ErrorEntry(
      "E444",
      "visible output was withdrawn",
      "A checkpoint was damaged, so the run goes on from an older one. What had become visible after "
        + "that lies in the folder '.withdrawn' beside the parts, and the same rows become visible "
        + "again, in parts with other numbers. Whoever has read the withdrawn parts has rows twice."
    ),
    ErrorEntry(
      "E445",
      "a complete checkpoint is damaged",
      "Bytes of its manifest or of its state are missing or changed: suspect the disk. The run goes back "
        + "to the checkpoint before, withdraws what became visible since (E444), and goes on. The "
        + "manifest is kept beside the others, with '.broken' behind its name."
    ),
    ErrorEntry(
      "E446",
      "files that came after the run had begun are not read",
      "A note: the run goes on. A source without 'follow: true' takes the list of its files once, when "
        + "the run begins, and the list belongs to its checkpoints. Use 'follow: true' for files that "
        + "come later, or begin anew with '--fresh'."
    ),
  ]

  private static let audits = [
    ErrorEntry(
      "E450",
      "there is nothing to audit",
      "An audit begins with a complete checkpoint of the run, and with the file that it was made from. "
        + "With 'checkpoints: none' it is made once, when the run ends."
    ),
    ErrorEntry(
      "E451",
      "an audit was interrupted",
      "The run had finished, and its output is visible; only reading it again was broken off, by Ctrl-C or "
        + "SIGTERM. '--no-audit' leaves the audit at the end of a run out."
    ),
  ]

  private static let rows = [
    ErrorEntry(
      "E501",
      "an expression failed for a row",
      "A division by zero, a cast that does not fit, an overflow. 'on_error: skip' counts such rows, "
        + "'divert' sends them to OPERATOR.errors; 'try_cast' and 'case' guard an expression."
    ),
    ErrorEntry(
      "E502",
      "a record is no row",
      "It does not parse, or a value has another type than the schema says. 'on_bad_record: skip' "
        + "counts such records, 'divert' sends them to SOURCE.rejected."
    ),
    ErrorEntry(
      "E511",
      "an aggregate overflows",
      "Sums and counts are exact, and never wrap: use a float where a sum may be that large."
    ),
    ErrorEntry(
      "E512",
      "too many windows are open",
      "Event times lie further ahead of the watermark than can be kept: look for times in the far "
        + "future, or set 'max_ahead'."
    ),
    ErrorEntry(
      "E513",
      "stored state is cut short",
      "What was kept of an operator ends too early: it was damaged, or written by another version."
    ),
    ErrorEntry(
      "E514",
      "stored state makes no sense",
      "What was kept of an operator is whole, but does not fit together: go back to an older "
        + "checkpoint, and report it."
    ),
    ErrorEntry(
      "E515",
      "a snapshot is damaged",
      "Bytes of a snapshot file are missing or changed: go back to an older checkpoint, and suspect "
        + "the disk."
    ),
    ErrorEntry(
      "E516",
      "a snapshot is of another state",
      "The operator's clause, key, aggregates or columns have changed since, or the program has."
    ),
    ErrorEntry(
      "E520",
      "a row is too long to be sent",
      "A frame between two processes holds at most 64 MiB, and a row is never split. The message "
        + "names the stream and the longest column: leave it out with 'select', or cut its text."
    ),
  ]
}
