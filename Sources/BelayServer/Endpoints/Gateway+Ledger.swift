import BelayLedger
import BelayModels

extension Gateway {
    /// - Throws: `Problem` for a server that keeps no ledger.
    func openLedger() throws(Problem) -> Ledger {
        guard let ledger = self.accounts else {
            throw Problem(.serviceUnavailable, code: "ledger_closed", "This server keeps no ledger at the moment.")
        }
        return ledger
    }
}
