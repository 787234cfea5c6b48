// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "belay", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .target(name: "SyncCounter"),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "SyncCounter",
                .product(name: "Belay", package: "belay"), .product(name: "BelayJSON", package: "belay"),
                .product(name: "BelayLedger", package: "belay"),
                .product(name: "BelayResilience", package: "belay"),
                .product(name: "BelaySQLite", package: "belay"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
