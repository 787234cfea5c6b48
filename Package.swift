// swift-tools-version:6.2
import PackageDescription

#if canImport(Glibc)
    import Glibc
#endif

/// Where the program has to add the address at which it was loaded: 4 MB of places, or 33 KB in the form that glibc reads
/// from 2.36 on. 7 MiB less of memory when idle.
func relocations() -> [String] {
    #if canImport(Glibc)
        var bytes = [UInt8](repeating: 0, count: 64)
        let length = bytes.withUnsafeMutableBytes { bytes in
            confstr(Int32(_CS_GNU_LIBC_VERSION), bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
        }
        // Such as "glibc 2.36".
        let version = String(decoding: bytes.prefix(max(length, 1) - 1), as: UTF8.self).drop { !$0.isNumber }
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        return numbers.lexicographicallyPrecedes([2, 36]) ? [] : ["-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]
    #else
        return []
    #endif
}

/// A program needs no table of its symbols for others, and nothing that only that table refers to: 6 MiB less of memory.
let lean: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "--gc-sections", "-Xlinker", "--no-export-dynamic"] + relocations(),
        .when(platforms: [.linux], configuration: .release))
]

/// Every target of this package: Swift 6 mode with warnings as errors.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
    name: "belay",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Belay", targets: ["Belay"]),
        .library(name: "BelayJSON", targets: ["BelayJSON"]),
        .library(name: "BelayLedger", targets: ["BelayLedger"]),
        .library(name: "BelayResilience", targets: ["BelayResilience"]),
        .library(name: "BelaySQLite", targets: ["BelaySQLite"]),
        .library(name: "BelayTesting", targets: ["BelayTesting"]),
        .executable(name: "belay", targets: ["BelayCommand"]),
        .executable(name: "belay-simulate", targets: ["BelaySimulate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Useful to anyone alone.
        .target(name: "BelayJSON", swiftSettings: strict),
        .target(name: "BelayResilience", swiftSettings: strict),

        // Files that people write: reading them, and saying what is wrong with them and where.
        .target(
            name: "BelayYAML", dependencies: ["BelayJSON", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),

        // Values, events, seams and pure machines.
        .target(
            name: "BelayCore",
            dependencies: ["BelayJSON", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),

        // The edges: each knows Core and not its neighbours.
        .target(
            name: "BelayHTTP",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ], swiftSettings: strict),
        // Budgets that hold: who may spend how much, and what was spent.
        .target(
            name: "BelayLedger",
            dependencies: [
                "BelayCore", "BelayJSON", "BelayResilience",
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: strict),
        .target(
            name: "BelayModels",
            dependencies: ["BelayCore", "BelayHTTP", "BelayLedger", "BelayResilience", "BelayRouting"],
            swiftSettings: strict),
        // The vendors' protocols as a server speaks them: bytes in, bytes out.
        .target(name: "BelayIngress", dependencies: ["BelayCore", "BelayResilience"], swiftSettings: strict),
        // Which path a call takes, learned from outcomes: values only, no I/O.
        .target(
            name: "BelayRouting", dependencies: ["BelayCore", "BelayJSON", "BelayResilience"], swiftSettings: strict),
        .target(
            name: "BelayTools",
            dependencies: [
                "BelayCore", "BelayHTTP", "BelayResilience",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: strict),
        .target(
            name: "BelaySQLite",
            dependencies: [
                "BelayCore", "BelayLedger", "BelayRouting", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ], swiftSettings: strict),

        // The worker joins them.
        .target(
            name: "BelayRuntime",
            dependencies: [
                "BelayCore", "BelayLedger", "BelayTools", "BelayResilience",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(
            name: "Belay", dependencies: ["BelayModels", "BelayRouting", "BelayRuntime", "BelaySQLite", "BelayTools"],
            swiftSettings: strict),

        // The binary and what it opens.
        .target(
            name: "BelayConfiguration",
            dependencies: [
                "Belay", "BelayLedger", "BelayRouting", "BelayYAML", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "BelayServer",
            dependencies: [
                "BelayHTTP", "BelayIngress", "BelayLedger", "BelayModels", "BelayRouting", "BelayRuntime",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(
            name: "BelayMock",
            dependencies: [
                "BelayHTTP", "BelayJSON", "BelayResilience", "BelayYAML",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "BelayCommand",
            dependencies: [
                "Belay", "BelayConfiguration", "BelayJSON", "BelayLedger", "BelayMock", "BelayRouting", "BelayServer",
                "BelayYAML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: strict, linkerSettings: lean),

        // For tests, ours and our users'.
        .target(
            name: "BelayTesting", dependencies: ["BelayCore", "BelayLedger", "BelayResilience", "BelayRouting"],
            swiftSettings: strict),
        .target(
            name: "BelaySimulation",
            dependencies: [
                "BelayHTTP", "BelayModels", "BelayResilience", "BelayRuntime", "BelayTesting",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "BelaySimulate",
            dependencies: ["BelaySimulation", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),
        .testTarget(name: "BelayJSONTests", dependencies: ["BelayJSON", "BelayResilience"], swiftSettings: strict),
        .testTarget(
            name: "BelayResilienceTests", dependencies: ["BelayResilience", "BelayTesting"], swiftSettings: strict),
        .testTarget(name: "BelayCoreTests", dependencies: ["BelayCore", "BelayTesting"], swiftSettings: strict),
        .testTarget(
            name: "BelayModelsTests",
            dependencies: [
                "BelayHTTP", "BelayLedger", "BelayModels", "BelayMock", "BelayTesting",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], exclude: ["Costs/costs.md", "Tokens/counts.tsv", "Tokens/texts", "semantic"], swiftSettings: strict),
        .testTarget(
            name: "BelayIngressTests", dependencies: ["BelayHTTP", "BelayIngress", "BelayModels", "BelayTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "BelayRoutingTests", dependencies: ["BelayRouting", "BelayResilience"], swiftSettings: strict),
        .testTarget(name: "BelayToolsTests", dependencies: ["BelayTools", "BelayTesting"], swiftSettings: strict),
        .testTarget(
            name: "BelayLedgerTests", dependencies: ["BelayLedger", "BelayTesting"], swiftSettings: strict),
        .testTarget(name: "BelaySQLiteTests", dependencies: ["BelaySQLite", "BelayTesting"], swiftSettings: strict),
        .testTarget(
            name: "BelayRuntimeTests", dependencies: ["BelayLedger", "BelayRuntime", "BelaySQLite", "BelayTesting"],
            swiftSettings: strict),
        // Every fault of the mock, through the real gateway and the real runtime.
        .testTarget(
            name: "BelayFaultTests", dependencies: ["BelayMock", "BelayModels", "BelayRuntime", "BelayTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "BelayGatewayTests",
            dependencies: [
                "BelayLedger",
                "BelayIngress", "BelayMock", "BelayModels", "BelayServer", "BelayTesting", "BelayTools",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], exclude: ["sdk"], swiftSettings: strict),
        .testTarget(
            name: "BelaySimulationTests", dependencies: ["BelaySimulation", "BelayTesting"], swiftSettings: strict),
        .testTarget(
            name: "BelayServerTests",
            dependencies: [
                "BelayHTTP", "BelayServer", "BelaySQLite", "BelayTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], exclude: ["openapi"], swiftSettings: strict),
        .testTarget(
            name: "BelayMockTests",
            dependencies: [
                "BelayHTTP", "BelayJSON", "BelayMock", "BelayResilience",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ], exclude: ["sdk"], swiftSettings: strict),
        .testTarget(
            name: "BelayConfigurationTests",
            dependencies: [
                "BelayConfiguration", "BelayTesting", "BelayYAML", .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        // A process that dies where a test wants it to.
        .executableTarget(
            name: "MortalRun", dependencies: ["Belay", "BelayConfiguration", "BelayJSON", "BelayTesting"],
            path: "Tests/MortalRun", swiftSettings: strict),
        .testTarget(
            name: "BelayCommandTests",
            dependencies: [
                "MortalRun", "BelayCommand", "BelayHTTP", "BelayJSON", "BelayResilience",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
