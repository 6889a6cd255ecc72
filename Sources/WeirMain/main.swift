import Weir

WeirCommand.run()
