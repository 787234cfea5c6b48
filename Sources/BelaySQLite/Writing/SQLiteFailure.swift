import BelayCore
import GRDB

/// What an error of SQLite means to a caller of the store.
struct SQLiteFailure {
    /// A `StoreError`, or the error itself when it isn't SQLite's.
    let error: any Error
    /// Whether every write would meet it, so that there is no point in trying the neighbours one by one.
    let concernsTheFile: Bool
    /// What nobody may trust the file after; nil for most errors.
    ///
    /// After a failed sync the system may drop what it couldn't write, and report success the next time: what SQLite
    /// believes to be in the file may not be there. Only opening it anew shows what is.
    var distrust: String?

    init(_ error: any Error) {
        guard let failure = error as? DatabaseError else {
            self.error = error
            self.concernsTheFile = false
            return
        }
        let message = "SQLite \(failure.extendedResultCode.rawValue): \(failure.message ?? "no message")"
        switch failure.resultCode {
        case .SQLITE_FULL:
            // Alone, a smaller write may find room.
            self.error = StoreError.notWritable("the disk is full (\(message)): free some space; nothing was written")
            self.concernsTheFile = false
        case .SQLITE_IOERR where failure.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
            self.error = StoreError.notWritable("the disk is full (\(message)): free some space; nothing was written")
            self.concernsTheFile = true
        case .SQLITE_READONLY where failure.extendedResultCode == .SQLITE_READONLY_DBMOVED:
            self.error = FileIdentity.gone(nil)
            self.concernsTheFile = true
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.error = StoreError.notWritable(
                "the file or its folder can't be written (\(message)): check owner and permissions")
            self.concernsTheFile = true
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            // Writes begin with BEGIN IMMEDIATE, which is where another process's lock is met; a transaction that met one
            // later, even at its COMMIT, is rolled back as a whole.
            self.error = StoreError.busy(
                "the file is locked by another process (\(message)): nothing was written; try again")
            self.concernsTheFile = true
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.error = StoreError.corrupt("the file is damaged or not a database (\(message)): restore a backup")
            self.concernsTheFile = true
        case .SQLITE_IOERR
        where [.SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC].contains(failure.extendedResultCode):
            let distrust = "the store's file could not be synced to the disk (\(message)): nothing more is written"
            self.distrust = distrust
            self.error = StoreError.unavailable(distrust)
            self.concernsTheFile = true
        case .SQLITE_IOERR, .SQLITE_INTERRUPT, .SQLITE_PROTOCOL, .SQLITE_NOMEM, .SQLITE_MISUSE:
            self.error = StoreError.unavailable(message)
            self.concernsTheFile = true
        default:
            self.error = StoreError.unavailable(message)
            self.concernsTheFile = false
        }
    }
}
