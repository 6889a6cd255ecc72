extension ErrorCatalogue {
  /// What commands say that look at a run that lives, or steer it.
  static let scaling = [
    ErrorEntry(
      "E480",
      "a run cannot be scaled as was asked",
      "The message says why: the stage has no process of its own, or no key; there are fewer key groups "
        + "than processes; another change is under way; or the run is not at work. Nothing has changed."
    ),
    ErrorEntry(
      "E481",
      "a run stays in the layout that it had",
      "Something failed while its processes were changed, or it was stopped. Nothing is lost: it goes "
        + "on, or is gone on with, in the layout that it had. Try again."
    ),
  ]

  static let live = [
    ErrorEntry(
      "E471",
      "no such run",
      "A run is called by the 'name' of its topology or by the path of its file: where it must live, as "
        + "long as its 'weir run' does, and 'weir ps' and 'weir status' show which there are; by other "
        + "commands as long as its state folder is there. Runs of other users, and those of other "
        + "machines and containers, are not seen."
    ),
    ErrorEntry(
      "E472",
      "a name fits several runs",
      "Two runs of one name live, or none does and two have, of different files or with different "
        + "stores. Give the path of the "
        + "file instead; where it is the same file with different '--base', stop one with 'kill -TERM' "
        + "and the number of its process, which 'weir ps' shows."
    ),
    ErrorEntry(
      "E473",
      "a run has ended",
      "It ended while it was asked. Its log tells how."
    ),
    ErrorEntry(
      "E474",
      "a run does not answer",
      "Its coordinator lives but said nothing for five seconds: it may be stopped (SIGSTOP), or the "
        + "machine may be out of memory. Its instances work on meanwhile, but nothing that dies is "
        + "replaced."
    ),
    ErrorEntry(
      "E475",
      "a run ended without saying how",
      "Its coordinator was killed, or died, while a command waited for its end. Nothing that was "
        + "committed is lost: the next 'weir run' goes on from the last complete checkpoint."
    ),
    ErrorEntry(
      "E476",
      "a run in the background has no standard output",
      "Rows of a 'stdout' sink have nobody to read them once the run is in the background. Let the sink "
        + "write to a file, or run without '--detach'."
    ),
    ErrorEntry(
      "E477",
      "a run has no log",
      "A run keeps its log in its state folder, which follows from the topology file and from '--base'. "
        + "One that was never started has none."
    ),
    ErrorEntry(
      "E478",
      "a run lives that is to be cleaned away",
      "What a living run needs is not removed: stop it first, with 'weir stop'."
    ),
  ]
}
