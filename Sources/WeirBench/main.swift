// weir-bench [NAME …]: measures parts of the data plane, one JSON line a scenario. A name may be the
// beginning of one: `weir-bench json` runs all that begin so.

// Foundation comes in with the libraries below; naming it here makes the static link complete.
import Foundation

let wanted = CommandLine.arguments.dropFirst()
let scenarios =
  FormatScenarios.all + ExpressionScenarios.all + FlowScenarios.all + WindowScenarios.all
for scenario in scenarios
where wanted.isEmpty || wanted.contains(where: { scenario.name.hasPrefix($0) }) {
  scenario.measure()
}
for survey in SnapshotScenarios.all
where wanted.isEmpty || wanted.contains(where: { survey.name.hasPrefix($0) }) {
  survey.measure()
}
