// swift-tools-version:6.2
import PackageDescription

let package = Package(
    name: "library",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "belay", path: "../..")],
    targets: [
        .executableTarget(
            name: "Library", dependencies: [.product(name: "Belay", package: "belay")],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ],
    swiftLanguageModes: [.v6]
)
