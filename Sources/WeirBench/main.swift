// weir-bench [NAME …]: measures parts of the data plane, one JSON line a scenario. A name may be the
// beginning of one: `weir-bench json` runs all that begin so.
//
// weir-bench run FILE …: is `weir run FILE …` whose instances count what they allocate, and add it
// to the file named by WEIR_BENCH_ALLOCATIONS.

// Foundation comes in with the libraries below; naming it here makes the static link complete.
import Foundation
import Weir

if let role = WholeProcess(CommandLine.arguments) {
  role.countAllocations()
  WeirCommand.run()
}
let wanted = CommandLine.arguments.dropFirst()
let scenarios =
  FormatScenarios.all + ExpressionScenarios.all + CatalogueScenarios.all + FlowScenarios.all
  + CombineScenarios.all
  + WindowScenarios.all
for scenario in scenarios
where wanted.isEmpty || wanted.contains(where: { scenario.name.hasPrefix($0) }) {
  scenario.measure()
}
if wanted.isEmpty || wanted.contains(where: { StartScenario.name.hasPrefix($0) }) {
  try StartScenario.measure()
}
for survey in SnapshotScenarios.all
where wanted.isEmpty || wanted.contains(where: { survey.name.hasPrefix($0) }) {
  survey.measure()
}
