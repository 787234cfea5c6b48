#!/usr/bin/env python3
"""A small shop over HTTP: orders, policies, refunds and emails. Python's standard library only.

    shop.py --port 8733 --data shop.db

GET  /orders/{id}                    an order; 404 when there is none
GET  /policies?q=WORDS               the sections of the policies that fit best
POST /refunds                        {"order_id", "amount" in dollars, "reason"}, Idempotency-Key required
GET  /refunds/by-key/{key}           the answer to that key; 404 when it had no effect
POST /emails                         {"to", "subject", "body"}, Idempotency-Key required
GET  /emails/by-key/{key}            the answer to that key; 404 when it had no effect
GET  /effects                        what happened and how often each key was sent
GET  /health
"""

import argparse
import json
import random
import re
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from policies import Policies
from store import Refused, Store, cents

BODY_LIMIT = 64 * 1024
IDLE_SECONDS = 120  # Longer than clients keep idle connections: a reused one that just closed looks like a lost answer.
TEXT_LIMITS = {"reason": 500, "to": 200, "subject": 200, "body": 10_000}
KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Shop(ThreadingHTTPServer):
    """`lost` is the share of refunds and emails that happen but whose answer never leaves the house."""

    daemon_threads = True
    request_queue_size = 128  # The default of 5 makes a burst of connections wait for a second.

    def __init__(self, port, data, lost=0.0, seed=1):
        self.store, self.policies = Store(data), Policies()
        self._share_lost, self._random, self._lock = lost, random.Random(seed), threading.Lock()
        self.lost_answers = 0
        super().__init__(("127.0.0.1", port), Handler)

    def loses_answer(self):
        with self._lock:
            loses = self._random.random() < self._share_lost
            self.lost_answers += loses
            return loses

    def server_close(self):
        super().server_close()
        self.store.close()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (TimeoutError, ConnectionError)):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "shop"
    timeout = IDLE_SECONDS
    wbufsize = -1  # Head and body leave in one packet.
    disable_nagle_algorithm = True

    def do_GET(self):
        self._answer(self._read)

    def do_POST(self):
        self._answer(self._write)

    def log_message(self, format, *arguments):
        """Quiet: the demo's terminal belongs to the agent."""

    def send_error(self, code, message=None, explain=None):
        """Errors that http.server itself finds (unknown method, broken request line) are JSON too."""
        self.close_connection = True
        self._send(code, {"error": {"code": "bad_request", "message": message or "The request can't be read."}})

    def _answer(self, route):
        try:
            status, body, replayed = route(urlsplit(self.path))
        except Refused as refusal:
            status, body, replayed = refusal.status, refusal.body(), False
        except (TimeoutError, ConnectionError):
            raise
        except Exception as error:
            print(f"shop: {self.command} {self.path}: {error!r}", file=sys.stderr, flush=True)
            status, body, replayed = 500, {"error": {"code": "internal", "message": "The shop made a mistake."}}, False
        if status == 201 and self.server.loses_answer():
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(status, body, {"Idempotent-Replayed": "true"} if replayed else {})

    def _send(self, status, body, headers={}):
        encoded = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(encoded)

    def _read(self, url):
        store, path = self.server.store, url.path
        if match := re.fullmatch(r"/orders/([^/]+)", path):
            return 200, store.order(order_number(unquote(match[1]))), False
        if match := re.fullmatch(r"/(refund|email)s/by-key/([^/]+)", path):
            found = store.answer(match[1], unquote(match[2]))
            if found is None:
                raise Refused(404, "key_unknown", f"No {match[1]} was made with this key.")
            return 200, found, False
        if path == "/policies":
            query = parse_qs(url.query).get("q", [""])[0]
            if not query.strip():
                raise Refused(400, "invalid_request", "Say what to search for: /policies?q=returns")
            return 200, {"query": query, "sections": self.server.policies.search(query)}, False
        if path == "/effects":
            return 200, {**store.effects(), "lost_answers": self.server.lost_answers}, False
        if path == "/health":
            return 200, {"status": "ok"}, False
        raise Refused(404, "not_found", f"There is nothing at {path}.")

    def _write(self, url):
        body = self._body()
        if url.path == "/refunds":
            order, amount = order_number(body.get("order_id")), amount_in_cents(body.get("amount"))
            return self.server.store.refund(self._key(), order, amount, text(body, "reason"))
        if url.path == "/emails":
            recipient = text(body, "to")
            if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", recipient):
                raise Refused(400, "invalid_request", "to must be an email address.")
            return self.server.store.email(self._key(), recipient, text(body, "subject"), text(body, "body"))
        raise Refused(404, "not_found", f"There is nothing to post to at {url.path}.")

    def _key(self):
        key = self.headers.get("Idempotency-Key", "")
        if not KEY.fullmatch(key):
            raise Refused(400, "key_required", "Send an Idempotency-Key of 1 to 255 printable ASCII characters.")
        return key

    def _body(self):
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,18}", length):
            self.close_connection = True
            raise Refused(411, "length_required", "Send the body with a Content-Length.")
        if int(length) > BODY_LIMIT:
            self.close_connection = True
            raise Refused(413, "body_too_large", f"The body may have {BODY_LIMIT} bytes.")
        try:
            body = json.loads(self.rfile.read(int(length)), parse_constant=refuse_constant)
        except (ValueError, RecursionError):
            raise Refused(400, "invalid_json", "The body is not JSON.") from None
        if not isinstance(body, dict):
            raise Refused(400, "invalid_request", "The body must be a JSON object.")
        return body


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def order_number(value):
    """Accepts 1234, "1234" and "#1234": people and models write all three."""
    match = re.fullmatch(r"#?([0-9]{1,9})", str(value)) if isinstance(value, (int, str)) else None
    if not match:
        raise Refused(400, "invalid_request", "order_id must be an order number such as 1234.")
    return int(match[1])


def amount_in_cents(value):
    """Accepts 12.5 and "12.50"."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused(400, "invalid_request", "amount must be a number of dollars such as 12.50.")
    if not 0 < value <= 1_000_000 or abs(value * 100 - cents(value)) > 1e-6:
        raise Refused(400, "invalid_request", "amount must be above 0 and have at most two decimals.")
    return cents(value)


def text(body, name):
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LIMITS[name]:
        raise Refused(400, "invalid_request", f"{name} must be a text of 1 to {TEXT_LIMITS[name]} characters.")
    return value


def port_number(value):
    port = int(value)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


def percentage(value):
    share = float(value)
    if not 0 <= share <= 100:
        raise ValueError
    return share


def main():
    parser = argparse.ArgumentParser(description="A small shop over HTTP for Belay's support example.")
    parser.add_argument("--port", type=port_number, default=8733, help="0 takes any free port; default 8733")
    parser.add_argument("--data", default="shop.db", help="SQLite file, made when missing; default shop.db")
    parser.add_argument(
        "--lost-answers", type=percentage, default=0, metavar="PERCENT",
        help="how many refunds and emails happen without anyone being told: the connection closes; default 0",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="decides which answers are lost; default 1")
    arguments = parser.parse_args()
    try:
        shop = Shop(arguments.port, arguments.data, arguments.lost_answers / 100, arguments.seed)
    except Exception as error:
        sys.exit(f"shop: can't start on port {arguments.port} with {arguments.data}: {error}")

    def stop(signal_number, frame):
        # shutdown() waits for serve_forever(), which runs on this very thread.
        threading.Thread(target=shop.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"shop: listening on http://127.0.0.1:{shop.server_address[1]}", flush=True)
    shop.serve_forever(poll_interval=0.1)
    shop.server_close()


if __name__ == "__main__":
    main()
