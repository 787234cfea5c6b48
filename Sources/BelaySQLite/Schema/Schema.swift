import GRDB

/// The tables, as an ordered list of named migrations. A migration that was released is never edited: a change is a new
/// migration at the end.
enum Schema {
    /// `PRAGMA application_id` of a Belay store: "BELY".
    static let applicationID = 0x4245_4C59

    /// `PRAGMA user_version`: how many migrations the file has. It stands in the file's header, where it can be read before
    /// SQLite opens, and so changes, the file.
    static let version = 8

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 executions and journals") { db in
            try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
            try db.execute(sql: Self.executions)
            try db.execute(sql: Self.journals)
            try db.execute(sql: Self.waits)
            try db.execute(sql: Self.bookkeeping)
        }
        migrator.registerMigration("2 degraded answers") { try $0.execute(sql: Self.degradedAnswers) }
        migrator.registerMigration("3 outcomes") { try $0.execute(sql: Self.outcomes) }
        migrator.registerMigration("4 ledger") { try $0.execute(sql: Self.ledger) }
        migrator.registerMigration("5 units of accounts") { try $0.execute(sql: Self.unitsOfAccounts) }
        migrator.registerMigration("6 savings") { try $0.execute(sql: Self.savings) }
        migrator.registerMigration("7 leases of tenants") { try $0.execute(sql: Self.leases) }
        migrator.registerMigration("8 open executions") { try $0.execute(sql: Self.openExecutions) }
        return migrator
    }

    /// A budget that counts something else than before has accounts of its own, and overrides of its own.
    private static let unitsOfAccounts = """
        CREATE TABLE ledger_account_with_unit (
            number INTEGER PRIMARY KEY,
            budget TEXT NOT NULL,
            tenant TEXT NOT NULL,
            subject TEXT NOT NULL,
            period INTEGER NOT NULL,
            unit TEXT NOT NULL,
            configured INTEGER NOT NULL,
            alert_percent INTEGER NOT NULL,
            settled INTEGER NOT NULL DEFAULT 0,
            reserved INTEGER NOT NULL DEFAULT 0,
            is_alerted INTEGER NOT NULL DEFAULT 0,
            wanted_at INTEGER,
            UNIQUE (budget, tenant, subject, period, unit)
        ) STRICT;
        INSERT INTO ledger_account_with_unit SELECT number, budget, tenant, subject, period, unit, configured,
            alert_percent, settled, reserved, is_alerted, wanted_at FROM ledger_account;
        DROP TABLE ledger_account;
        ALTER TABLE ledger_account_with_unit RENAME TO ledger_account;
        CREATE INDEX ledger_account_period ON ledger_account (period, number);
        ALTER TABLE ledger_override ADD COLUMN unit TEXT NOT NULL DEFAULT 'money';
        UPDATE ledger_override SET unit = coalesce(
            (SELECT unit FROM ledger_account WHERE ledger_account.budget = ledger_override.budget LIMIT 1), 'money');
        """

    /// `due_at` is when somebody may claim the execution: when its lease lapses or, without a lease, when it wakes up.
    /// An execution behind another one of its session has no `wake_at` until that one ends.
    private static let executions = """
        CREATE TABLE execution (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            tenant TEXT NOT NULL,
            agent TEXT NOT NULL,
            version TEXT NOT NULL,
            user TEXT NOT NULL,
            customer TEXT,
            role TEXT NOT NULL,
            session TEXT,
            request_digest TEXT NOT NULL,
            task TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT,
            steps INTEGER NOT NULL DEFAULT 0,
            tool_calls INTEGER NOT NULL DEFAULT 0,
            fresh_input INTEGER NOT NULL DEFAULT 0,
            cache_read INTEGER NOT NULL DEFAULT 0,
            cache_write INTEGER NOT NULL DEFAULT 0,
            output INTEGER NOT NULL DEFAULT 0,
            reasoning INTEGER NOT NULL DEFAULT 0,
            cost_nano_dollars INTEGER NOT NULL DEFAULT 0,
            has_unknown_cost INTEGER NOT NULL DEFAULT 0,
            started INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            ended INTEGER,
            sequence INTEGER NOT NULL,
            lease_node TEXT,
            lease_epoch INTEGER NOT NULL DEFAULT 0,
            lease_expires INTEGER,
            wake_at INTEGER,
            after_execution INTEGER REFERENCES execution (number),
            due_at INTEGER GENERATED ALWAYS AS (coalesce(lease_expires, wake_at)) VIRTUAL
        ) STRICT;
        CREATE INDEX execution_due ON execution (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX execution_turn ON execution (tenant, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX execution_list ON execution (tenant, id);
        CREATE INDEX execution_open ON execution (tenant, id) WHERE ended IS NULL;
        CREATE INDEX execution_session ON execution (tenant, session, id) WHERE session IS NOT NULL;
        CREATE INDEX execution_open_session ON execution (tenant, session) WHERE session IS NOT NULL AND ended IS NULL;
        CREATE INDEX execution_successor ON execution (after_execution) WHERE after_execution IS NOT NULL;
        """

    /// Events lie in the order of their commits, not by execution, so that the events of a batch fill a few pages
    /// instead of touching one page for each execution; the index that keeps a journal together is small.
    private static let journals = """
        CREATE TABLE event (
            position INTEGER PRIMARY KEY,
            execution INTEGER NOT NULL REFERENCES execution (number),
            sequence INTEGER NOT NULL,
            tenant TEXT NOT NULL,
            time INTEGER NOT NULL,
            version INTEGER NOT NULL,
            is_extracted INTEGER NOT NULL,
            payload TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX event_journal ON event (execution, sequence);
        CREATE TABLE content (
            tenant TEXT NOT NULL,
            hash TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (tenant, hash)
        ) STRICT;
        """

    /// What was asked and what was answered stands in the journal; a row says where.
    private static let waits = """
        CREATE TABLE wait (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            tenant TEXT NOT NULL,
            execution INTEGER NOT NULL REFERENCES execution (number),
            kind TEXT NOT NULL,
            status TEXT NOT NULL,
            opened INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            opened_sequence INTEGER NOT NULL,
            answered_sequence INTEGER
        ) STRICT;
        CREATE INDEX wait_list ON wait (tenant, id);
        CREATE INDEX wait_open ON wait (tenant, id) WHERE status = 'open';
        CREATE INDEX wait_execution ON wait (execution, id);
        """

    private static let bookkeeping = """
        CREATE TABLE idempotency (
            tenant TEXT NOT NULL,
            key TEXT NOT NULL,
            digest TEXT NOT NULL,
            execution INTEGER NOT NULL REFERENCES execution (number),
            created INTEGER NOT NULL,
            PRIMARY KEY (tenant, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE session (
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            last_execution INTEGER NOT NULL REFERENCES execution (number),
            PRIMARY KEY (tenant, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE meta (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Heads say whether an answer came from the cache; older journals know it.
    private static let degradedAnswers = """
        ALTER TABLE execution ADD COLUMN is_degraded INTEGER NOT NULL DEFAULT 0;
        UPDATE execution SET is_degraded = 1 WHERE number IN (
            SELECT execution FROM event
            WHERE payload LIKE '%"isDegraded":true%'
                AND json_extract(payload, '$.type') = 'modelAnswered' AND json_extract(payload, '$.isDegraded')
        );
        """

    /// `number` counts writes: one that takes another's place gets a new one. What lists and sums ask for has columns of its
    /// own; `judgement` is the success as it counts, with 0 for failures of the path.
    private static let outcomes = """
        CREATE TABLE outcome (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            revision INTEGER NOT NULL,
            node TEXT NOT NULL,
            task TEXT NOT NULL,
            path TEXT NOT NULL,
            time INTEGER NOT NULL,
            judgement REAL,
            is_error INTEGER NOT NULL,
            latency INTEGER NOT NULL,
            cost INTEGER,
            payload TEXT NOT NULL
        ) STRICT;
        CREATE INDEX outcome_time ON outcome (time, id);
        CREATE INDEX outcome_task ON outcome (task, time, id);
        """

    /// Amounts of an account are in its unit; `settled` and `reserved` are sums of its lines and of its chunks, which
    /// `LedgerAudit` adds up again. Lines are only ever added.
    private static let ledger = """
        CREATE TABLE ledger_account (
            number INTEGER PRIMARY KEY,
            budget TEXT NOT NULL,
            tenant TEXT NOT NULL,
            subject TEXT NOT NULL,
            period INTEGER NOT NULL,
            unit TEXT NOT NULL,
            configured INTEGER NOT NULL,
            alert_percent INTEGER NOT NULL,
            settled INTEGER NOT NULL DEFAULT 0,
            reserved INTEGER NOT NULL DEFAULT 0,
            is_alerted INTEGER NOT NULL DEFAULT 0,
            wanted_at INTEGER,
            UNIQUE (budget, tenant, subject, period)
        ) STRICT;
        CREATE INDEX ledger_account_period ON ledger_account (period, number);
        CREATE TABLE ledger_node (
            term INTEGER PRIMARY KEY AUTOINCREMENT,
            node TEXT NOT NULL UNIQUE,
            expires INTEGER NOT NULL,
            batch INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE ledger_chunk (
            term INTEGER NOT NULL REFERENCES ledger_node (term),
            account INTEGER NOT NULL REFERENCES ledger_account (number),
            units INTEGER NOT NULL,
            PRIMARY KEY (term, account)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE ledger_line (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            term INTEGER NOT NULL,
            serial INTEGER NOT NULL,
            node TEXT NOT NULL,
            kind TEXT NOT NULL,
            time INTEGER NOT NULL,
            accounts TEXT NOT NULL,
            money INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            tenant TEXT NOT NULL,
            user TEXT,
            customer TEXT,
            session TEXT,
            agent TEXT,
            version TEXT,
            task TEXT,
            execution TEXT,
            path TEXT NOT NULL,
            cause TEXT NOT NULL,
            end TEXT NOT NULL,
            fresh_input INTEGER NOT NULL,
            cache_read INTEGER NOT NULL,
            cache_write INTEGER NOT NULL,
            long_cache_write INTEGER NOT NULL,
            output INTEGER NOT NULL,
            reasoning INTEGER NOT NULL,
            reported_cost INTEGER,
            cost INTEGER,
            is_estimate INTEGER NOT NULL,
            price_version TEXT
        ) STRICT;
        CREATE INDEX ledger_line_attempt ON ledger_line (term, serial);
        CREATE INDEX ledger_line_time ON ledger_line (time);
        CREATE TABLE ledger_override (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            budget TEXT NOT NULL,
            tenant TEXT NOT NULL,
            subject TEXT,
            units INTEGER,
            expires INTEGER,
            author TEXT NOT NULL,
            reason TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX ledger_override_budget ON ledger_override (budget, tenant, number);
        """

    /// What a line has spared, and for how many answers it stands. Nobody noted it before.
    private static let savings = """
        ALTER TABLE ledger_line ADD COLUMN saved INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger_line ADD COLUMN calls INTEGER NOT NULL DEFAULT 1;
        """

    /// What is under way, by tenant: as many rows as all nodes have slots.
    private static let leases = """
        CREATE INDEX execution_leased ON execution (tenant, lease_expires) WHERE lease_expires IS NOT NULL;
        """

    /// What a new execution is counted with. Nobody noted the keys of older ones.
    private static let openExecutions = """
        ALTER TABLE execution ADD COLUMN key_name TEXT;
        CREATE INDEX execution_open_user ON execution (tenant, user) WHERE ended IS NULL;
        CREATE INDEX execution_open_agent ON execution (tenant, agent) WHERE ended IS NULL;
        CREATE INDEX execution_open_customer ON execution (tenant, customer)
            WHERE ended IS NULL AND customer IS NOT NULL;
        CREATE INDEX execution_open_key ON execution (key_name) WHERE ended IS NULL AND key_name IS NOT NULL;
        """
}
