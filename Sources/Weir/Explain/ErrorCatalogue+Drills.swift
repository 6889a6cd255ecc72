extension ErrorCatalogue {
  /// What keeps a drill from failing a process.
  static let drills = [
    ErrorEntry(
      "E491",
      "a drill finds no process to hit",
      "Only stages with processes of their own can be hit: a sink or a filter that runs inside of "
        + "another stage goes with that one. 'weir ps' shows all processes of a run."
    ),
    ErrorEntry(
      "E492",
      "a drill on a run without checkpoints",
      "With 'checkpoints: none' the death of a process ends the run, since there is nothing to go back "
        + "to. Nothing was hit."
    ),
    ErrorEntry(
      "E493",
      "a drill on a run that is not at work",
      "A drill waits until all instances run and a checkpoint is complete that is later than the one "
        + "the last drill went back to: half a minute, and twice the time between two checkpoints. The "
        + "run starts, stops or recovers still, or its checkpoints fail. Nothing was hit."
    ),
  ]
}
