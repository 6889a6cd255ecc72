extension ErrorCatalogue {
  /// What is said of savepoints, and of state that goes from one topology to another.
  static let savepoints = [
    ErrorEntry(
      "E461",
      "a savepoint has no place",
      "A savepoint is written to a path that does not exist, or to an empty folder: nothing is ever "
        + "replaced."
    ),
    ErrorEntry(
      "E462",
      "there is no state to save",
      "A savepoint is made of a complete checkpoint: of a run that lives one is taken, of one that has "
        + "stopped it is the last. A run with 'checkpoints: none' has none, and one that has finished has "
        + "nothing left that could be gone on with."
    ),
    ErrorEntry(
      "E463",
      "there is no savepoint",
      "A savepoint is a folder with a 'savepoint.json', which is written last: one without it was never "
        + "complete."
    ),
    ErrorEntry(
      "E464",
      "a savepoint is damaged",
      "Bytes of it are missing or changed, or its parts do not fit together. Nothing was begun with it: "
        + "bring it back from a copy."
    ),
    ErrorEntry(
      "E465",
      "a savepoint is of another version",
      "Another version of weir wrote the savepoint, or the checkpoint, in a form that this one does not "
        + "know. A later version reads the savepoints of an earlier one; of a checkpoint from before there "
        + "were savepoints, let the run go on until another is complete."
    ),
    ErrorEntry(
      "E466",
      "state would be lost",
      "A stage has gone that has state, or cannot go on with what it had: its key, its window or what an "
        + "aggregate adds up is another. 'weir diff' shows all of it. '--drop-state STAGE' lets the state "
        + "of that stage go; a source whose position is lost reads from the beginning."
    ),
    ErrorEntry(
      "E467",
      "a run cannot begin at a savepoint",
      "It has checkpoints of its own, from which it goes on without '--from'; '--fresh' moves them and "
        + "the output aside. Or it takes none: with 'checkpoints: none' nothing would be kept of what it "
        + "began with."
    ),
    ErrorEntry(
      "E468",
      "an input of a savepoint is not there",
      "A source goes on in the files that it was reading, which are found by their names below the folder "
        + "of the source, and known again by what was read of them. A followed file may have been copied, "
        + "but only where one process reads: of several, which one reads a file depends on its inode."
    ),
    ErrorEntry(
      "E469",
      "a stage may have been renamed",
      "A stage has gone and one is new that could go on with its state. Say which it is: 'renamed_from' in "
        + "the file, or '--drop-state' of the one that has gone."
    ),
    ErrorEntry(
      "E470",
      "nothing is dropped",
      "'--drop-state' names a stage whose state is not lost, or that is in neither topology: the name may "
        + "be misspelt."
    ),
  ]
}
