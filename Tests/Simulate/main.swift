import Simulation

Simulate.main(CommandLine.arguments)
