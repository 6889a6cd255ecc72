// Foundation comes in with the libraries below; naming it here makes the static link complete.
import Foundation
import Weir

WeirCommand.run()
