// swift-tools-version: 6.2
import PackageDescription

// Every target of ours is compiled alike: Swift 6 mode (below), warnings are errors.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error)
]

// Executables carry the standard library with them in release builds, so that a process starts in
// 4 ms and needs no Swift on the machine. With only one of the two settings it does not link.
let shipped: [SwiftSetting] =
  strict + [
    .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux], configuration: .release))
  ]
let shippedLinking: [LinkerSetting] = [
  .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux], configuration: .release))
]

let package = Package(
  name: "weir",
  products: [
    .executable(name: "weir", targets: ["WeirMain"]),
    .executable(name: "weir-bench", targets: ["WeirBench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    // The inner targets, bottom up: no input, no output, no clock.
    .target(name: "WeirColumns", swiftSettings: strict),
    .target(name: "WeirExpressions", dependencies: ["WeirColumns"], swiftSettings: strict),
    .target(name: "WeirFormats", dependencies: ["WeirColumns"], swiftSettings: strict),
    .target(
      name: "WeirCore",
      dependencies: [
        "WeirColumns", "WeirExpressions",
        .product(name: "DequeModule", package: "swift-collections"),
      ],
      swiftSettings: strict
    ),
    .target(
      name: "WeirTopology",
      dependencies: [
        "WeirColumns", "WeirExpressions", "WeirFormats", "WeirCore",
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict
    ),
    .target(name: "CChecksum"),
    .target(
      name: "WeirWire",
      dependencies: ["WeirColumns", "WeirCore", "CChecksum"],
      swiftSettings: strict
    ),
    .target(
      name: "WeirRuntime",
      dependencies: ["WeirColumns", "WeirCore", "WeirWire"],
      swiftSettings: strict
    ),

    // The edge: one outside thing each.
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .systemLibrary(name: "CLZ4", providers: [.apt(["liblz4-dev"])]),
    .target(name: "CLinux"),
    .target(
      name: "WeirPOSIX",
      dependencies: ["CLinux", "CChecksum", "WeirColumns", "WeirCore", "WeirRuntime"],
      swiftSettings: strict
    ),
    .target(
      name: "WeirZeroMQ",
      dependencies: ["CZeroMQ", "CLinux", "WeirCore", "WeirRuntime"],
      swiftSettings: strict
    ),
    .target(name: "WeirLZ4", dependencies: ["CLZ4"], swiftSettings: strict),

    // The command and all composition.
    .target(
      name: "Weir",
      dependencies: [
        "WeirColumns", "WeirExpressions", "WeirFormats", "WeirCore", "WeirTopology", "WeirWire",
        "WeirRuntime", "WeirPOSIX", "WeirZeroMQ", "WeirLZ4",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "WeirMain",
      dependencies: ["Weir"],
      swiftSettings: shipped,
      linkerSettings: shippedLinking
    ),
    .target(name: "CAllocations"),
    .executableTarget(
      name: "WeirBench",
      dependencies: [
        "WeirColumns", "WeirExpressions", "WeirFormats", "WeirCore", "WeirWire", "WeirLZ4",
        "WeirPOSIX", "WeirZeroMQ", "Weir", "CAllocations",
      ],
      swiftSettings: shipped,
      linkerSettings: shippedLinking
    ),

    // Tests.
    .target(
      name: "WeirTesting",
      dependencies: ["WeirColumns", "WeirExpressions", "WeirCore", "WeirWire"],
      path: "Tests/WeirTesting",
      swiftSettings: strict
    ),
    .testTarget(
      name: "WeirTestingTests",
      dependencies: ["WeirTesting", "WeirColumns", "WeirCore", "WeirWire", "CChecksum"],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
    // The simulator is a program, so that it runs optimised without the rest of the tests.
    .target(
      name: "Simulation",
      dependencies: ["WeirTesting", "WeirColumns", "WeirCore", "WeirWire"],
      path: "Tests/Simulation",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "weir-simulate",
      dependencies: ["Simulation"],
      path: "Tests/Simulate",
      swiftSettings: strict
    ),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["Simulation", "WeirTesting", .target(name: "weir-simulate")],
      swiftSettings: strict
    ),
    .testTarget(name: "WeirColumnsTests", dependencies: ["WeirColumns"], swiftSettings: strict),
    .testTarget(
      name: "WeirExpressionsTests",
      dependencies: ["WeirColumns", "WeirExpressions"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WeirFormatsTests",
      dependencies: ["WeirColumns", "WeirFormats"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WeirCoreTests",
      dependencies: ["WeirColumns", "WeirExpressions", "WeirCore", "WeirTesting"],
      exclude: ["Nodes/Golden"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WeirTopologyTests",
      dependencies: ["WeirColumns", "WeirCore", "WeirTopology"],
      exclude: ["Examples", "Golden"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WeirWireTests",
      dependencies: ["WeirColumns", "WeirCore", "WeirWire", "CChecksum"],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WeirPOSIXTests",
      dependencies: ["WeirPOSIX", "WeirCore", "CLinux", "WeirTesting"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WeirZeroMQTests",
      dependencies: ["WeirZeroMQ", "WeirRuntime", "WeirCore", "CZeroMQ", "WeirTesting"],
      swiftSettings: strict
    ),
    .testTarget(name: "WeirLZ4Tests", dependencies: ["WeirLZ4"], swiftSettings: strict),
    // The built command, from outside: of what is inside it only names are used.
    .testTarget(
      name: "EndToEnd",
      dependencies: [.target(name: "WeirMain"), "WeirExpressions", "WeirRuntime"],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WeirTests",
      dependencies: [
        "Weir", "WeirColumns", "WeirCore", "WeirFormats", "WeirTopology", "WeirPOSIX",
        "WeirRuntime", "WeirTesting", "WeirWire",
      ],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
  ],
  swiftLanguageModes: [.v6]
)
