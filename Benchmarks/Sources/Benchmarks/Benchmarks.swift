import ArgumentParser
import Foundation

/// `scripts/benchmark`: what Belay costs, beside what it is built on, in one run on one machine.
@main
struct Benchmarks: AsyncParsableCommand {
    enum Group: String, CaseIterable, ExpressibleByArgument {
        case store, growth, runtime, machine, json, resilience, ledger
    }

    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measures durable steps, bytes per step, JSON and guards beside their peers.")

    @Flag(help: "Some seconds instead of some minutes: shows that everything runs, and no figure worth keeping.")
    var quick = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Option(help: "Only these, separated by spaces: \(Group.allCases.map(\.rawValue).joined(separator: ", ")).")
    var only: [Group] = []

    @Option(help: "Executions at once, instead of 1, 16 and 256.")
    var concurrency: [Int] = []

    @Option(help: "Where database files are made and removed again. Has to be on a real disk.")
    var folder: String

    func run() async throws {
        let folder = self.folder + "/\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var plan: Plan = self.quick ? .quick(folder: folder) : .full(folder: folder)
        if !self.concurrency.isEmpty { plan.concurrencies = self.concurrency }
        var report = Report(machine: .current(folder: folder))
        for group in Group.allCases where self.only.isEmpty || self.only.contains(group) {
            FileHandle.standardError.write(Data("measuring \(group.rawValue)\n".utf8))
            report.figures += try await Self.measure(group, plan)
        }
        try self.print(report)
    }

    private static func measure(_ group: Group, _ plan: Plan) async throws -> [Figure] {
        switch group {
        case .store: try await StoreBenchmark(plan: plan).run()
        case .growth: try await GrowthBenchmark(plan: plan).run()
        case .runtime: try await RuntimeBenchmark(plan: plan).run()
        case .machine: try MachineBenchmark(plan: plan).run()
        case .json: try JSONBenchmark(plan: plan).run()
        case .resilience: try ResilienceBenchmark(plan: plan).run()
        case .ledger: try await LedgerBenchmark(plan: plan).run()
        }
    }

    private func print(_ report: Report) throws {
        if self.json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            Swift.print(String(decoding: try encoder.encode(report), as: UTF8.self))
            return
        }
        let machine = report.machine
        Swift.print(
            "\(machine.date), \(machine.processor), \(machine.cores) cores, \(machine.system), load \(machine.load), "
                + "files on \(machine.fileSystem)\n")
        Swift.print(report.table())
    }
}
