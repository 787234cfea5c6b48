"""The shop's database: orders, refunds and emails, each effect at most once per idempotency key."""

import hashlib
import json
import sqlite3
import threading

import catalog

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, customer TEXT NOT NULL, status TEXT NOT NULL, ordered TEXT NOT NULL,
    promised TEXT NOT NULL, delivered TEXT, tracking TEXT, note TEXT, total INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    order_id INTEGER NOT NULL REFERENCES orders(id), sku TEXT NOT NULL, quantity INTEGER NOT NULL,
    price INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, order_id INTEGER NOT NULL REFERENCES orders(id),
    amount INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    kind TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    attempts INTEGER NOT NULL, PRIMARY KEY (kind, key));
"""


class Refused(Exception):
    """The shop says no, and why. Nothing happened."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self):
        return {"error": {"code": self.code, "message": self.message}}


class Store:
    """One connection behind one lock: every method is a transaction of its own."""

    def __init__(self, path):
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(SCHEMA)
        with self._transaction() as db:
            if not db.execute("SELECT 1 FROM orders").fetchone():
                self._seed(db)

    def close(self):
        with self._lock:
            self._db.close()

    def order(self, number):
        with self._transaction() as db:
            return self._order(db, number)

    def refund(self, key, order_id, amount, reason):
        """Refunds `amount` cents. Returns (status, body, whether the answer is a repeated one)."""

        def effect(db):
            order = self._order(db, order_id)
            left = cents(float(order["refundable"]))
            if amount > left:
                raise Refused(
                    409,
                    "exceeds_refundable",
                    f"Order {order_id} has {dollars(left)} left to refund; {dollars(amount)} is more than that.",
                )
            cursor = db.execute(
                "INSERT INTO refunds (key, order_id, amount, reason) VALUES (?, ?, ?, ?)",
                (key, order_id, amount, reason),
            )
            return {
                "refund_id": f"R{cursor.lastrowid}",
                "order_id": order_id,
                "amount": dollars(amount),
                "refundable": dollars(left - amount),
            }

        return self._once("refund", key, [order_id, amount, reason], effect)

    def email(self, key, recipient, subject, body):
        """Puts a message into the outbox. Returns (status, body, whether the answer is a repeated one)."""

        def effect(db):
            cursor = db.execute(
                "INSERT INTO outbox (key, recipient, subject, body) VALUES (?, ?, ?, ?)",
                (key, recipient, subject, body),
            )
            return {"email_id": f"E{cursor.lastrowid}", "to": recipient, "subject": subject, "queued": True}

        return self._once("email", key, [recipient, subject, body], effect)

    def answer(self, kind, key):
        """What was answered to the request with `key`, if it had an effect; else None."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT body FROM answers WHERE kind = ? AND key = ? AND status = 201", (kind, key)
            ).fetchone()
            return json.loads(row["body"]) if row else None

    def effects(self):
        """What happened, counted from the effects themselves, beside how often each key was sent."""
        with self._transaction() as db:
            return {"refunds": self._effects(db, "refund"), "emails": self._effects(db, "email")}

    def _effects(self, db, kind):
        keys = {
            row["key"]: {"attempts": row["attempts"], "effects": 0}
            for row in db.execute("SELECT key, attempts FROM answers WHERE kind = ? ORDER BY rowid", (kind,))
        }
        if kind == "refund":
            rows = db.execute("SELECT key, order_id, amount FROM refunds ORDER BY id").fetchall()
            details = [{"order_id": row["order_id"], "amount": dollars(row["amount"])} for row in rows]
        else:
            rows = db.execute("SELECT key, recipient FROM outbox ORDER BY id").fetchall()
            details = [{"to": row["recipient"]} for row in rows]
        for row, detail in zip(rows, details, strict=True):
            keys[row["key"]]["effects"] += 1
            keys[row["key"]].update(detail)
        total = {"total": dollars(sum(row["amount"] for row in rows))} if kind == "refund" else {}
        return {"count": len(rows), **total, "by_key": keys}

    def _once(self, kind, key, request, effect):
        """Runs `effect` for the first request with `key`; answers every later one as that one was answered.

        A refusal is remembered too: it is the answer to this key. It left no effect, so `answer` doesn't tell of it.
        """
        digest = hashlib.sha256(json.dumps(request).encode()).hexdigest()
        with self._transaction() as db:
            row = db.execute("SELECT * FROM answers WHERE kind = ? AND key = ?", (kind, key)).fetchone()
            if row:
                db.execute("UPDATE answers SET attempts = attempts + 1 WHERE kind = ? AND key = ?", (kind, key))
                if row["digest"] != digest:
                    error = Refused(422, "key_reused", f"The key {key} was used for another request: use a new one.")
                    return error.status, error.body(), False
                return row["status"], json.loads(row["body"]), True
            try:
                status, body = 201, effect(db)
            except Refused as refusal:
                status, body = refusal.status, refusal.body()
            db.execute(
                "INSERT INTO answers (kind, key, digest, status, body, attempts) VALUES (?, ?, ?, ?, ?, 1)",
                (kind, key, digest, status, json.dumps(body)),
            )
            return status, body, False

    def _order(self, db, number):
        row = db.execute("SELECT * FROM orders WHERE id = ?", (number,)).fetchone()
        if not row:
            raise Refused(404, "order_not_found", f"There is no order {number}.")
        items = db.execute("SELECT sku, quantity, price FROM items WHERE order_id = ?", (number,)).fetchall()
        refunded = db.execute("SELECT coalesce(sum(amount), 0) FROM refunds WHERE order_id = ?", (number,)).fetchone()[
            0
        ]
        return {
            "order_id": row["id"],
            "customer": row["customer"],
            "email": f"{row['customer']}@customers.example",
            "status": row["status"],
            "ordered": row["ordered"],
            "promised": row["promised"],
            "delivered": row["delivered"],
            "tracking": row["tracking"],
            "items": [
                {"name": catalog.item_name(item["sku"]), "quantity": item["quantity"], "price": dollars(item["price"])}
                for item in items
            ],
            "total": dollars(row["total"]),
            "refunded": dollars(refunded),
            # A cancelled order was paid back when it was cancelled.
            "refundable": dollars(0 if row["status"] == "cancelled" else row["total"] - refunded),
            "note": row["note"],
        }

    def _seed(self, db):
        for order in catalog.orders():
            columns = {name: value for name, value in order.items() if name != "items"}
            names, marks = ", ".join(columns), ", ".join("?" * len(columns))
            db.execute(f"INSERT INTO orders ({names}) VALUES ({marks})", list(columns.values()))
            db.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", [(order["id"], *item) for item in order["items"]])

    def _transaction(self):
        return _Transaction(self._lock, self._db)


class _Transaction:
    def __init__(self, lock, db):
        self._lock, self._db = lock, db

    def __enter__(self):
        self._lock.acquire()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._lock.release()
            raise
        return self._db

    def __exit__(self, kind, error, trace):
        try:
            self._db.execute("ROLLBACK" if kind else "COMMIT")
        finally:
            self._lock.release()


def dollars(cents):
    """Money leaves as text with two decimals, so that nobody rounds it on the way."""
    return f"{cents / 100:.2f}"


def cents(dollars):
    return round(dollars * 100)
