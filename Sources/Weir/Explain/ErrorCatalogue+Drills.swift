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
    ErrorEntry(
      "E494",
      "a drill on a coordinator that nobody can start again as it was",
      "The drill starts the run again with the same command, environment and folder, and its output goes "
        + "on in the same files. A terminal or a pipe cannot be handed on: whoever reads it would read "
        + "the end. Nothing was hit. Start the run with '--detach' or with its output in files, or kill "
        + "the coordinator by hand ('weir ps' shows its process) and start it again."
    ),
    ErrorEntry(
      "E495",
      "a run did not go on after its coordinator was killed",
      "The new 'weir run' ended at once; its log says why. Nothing that was committed is lost."
    ),
    ErrorEntry(
      "E496",
      "no checkpoint is complete after a drill",
      "The output is audited at a checkpoint that was completed after the run had come back; the drill "
        + "waits for one for half a minute, and twice the time between two checkpoints. Look at 'weir "
        + "checkpoints': they fail, or take long."
    ),
  ]
}
