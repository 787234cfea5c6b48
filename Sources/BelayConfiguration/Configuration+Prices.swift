import BelayCore
import BelayYAML

extension Configuration {
    /// Reads the file of prices. What is wrong in it is told with its own name and lines.
    mutating func readPrices(at root: Located, into reader: inout Reader) {
        guard let file = self.pricesFile, let node = root["prices_file"] else { return }
        do {
            let bytes = try BoundedFile.read(self.resolve(file), limit: YAMLDocument.maximumBytes)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                reader.report("the file '\(file)' is not UTF-8 text", at: node)
                return
            }
            var prices = Reader(file: file)
            if let document = YAMLDocument.read(text, into: &prices),
                let read = Self.pricesOfProviders.read(document, &prices)
            {
                self.filedPrices = read
                self.checkProviders(of: document, into: &prices)
            }
            try prices.finish()
        } catch let failure as BoundedFile.Failure {
            reader.report("the file '\(file)' \(failure.reason)", at: node)
        } catch let error as YAMLFileError {
            reader.add(error)
        } catch {
            reader.report("the file '\(file)' cannot be read: \(error)", at: node)
        }
    }

    private static let pricesOfProviders = Kind.mapping(
        of: Kind<[String: Price]>.mapping(of: .price, named: "mapping of models to prices", maximum: 10_000),
        named: "mapping of providers to their models' prices")

    private func checkProviders(of document: Located, into reader: inout Reader) {
        guard case .mapping(let entries) = document.value else { return }
        let known = self.providers.map(\.name)
        for entry in entries where !known.contains(entry.key) {
            reader.unknown(entry, in: document, known: known)
        }
    }
}
