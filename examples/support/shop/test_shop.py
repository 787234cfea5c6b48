"""Tests of the shop over real HTTP: `python3 -m unittest discover -s examples/support/shop`."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

HERE = Path(__file__).parent


class RunningShop:
    """The real program on a free port with a database of its own."""

    def __init__(self, *options, data=None):
        self.folder = tempfile.TemporaryDirectory()
        self.data = data or str(Path(self.folder.name) / "shop.db")
        self.process = subprocess.Popen(
            [sys.executable, HERE / "shop.py", "--port", "0", "--data", self.data, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.port = int(re.search(r":(\d+)$", self.process.stdout.readline().strip())[1])

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            payload = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, payload, headers or {})
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()

    def refund(self, key, order, amount, reason="late"):
        body = {"order_id": order, "amount": amount, "reason": reason}
        return self.request("POST", "/refunds", body, {"Idempotency-Key": key})

    def raw(self, data):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while part := connection.recv(65536):
                received += part
            return received

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=10)
        self.folder.cleanup()
        return self.process.returncode, errors


class ShopTest(unittest.TestCase):
    def setUp(self):
        self.shop = RunningShop()
        self.addCleanup(self.check_clean_exit)

    def check_clean_exit(self):
        self.assertEqual(self.shop.stop(), (0, ""))

    def test_an_order_tells_its_status_items_and_what_can_be_refunded(self):
        status, order = self.shop.request("GET", "/orders/1019")
        self.assertEqual(status, 200)
        self.assertEqual((order["customer"], order["status"], order["total"]), ("kaya", "delayed", "59.95"))
        self.assertEqual(order["items"], [{"name": "Desk lamp", "quantity": 1, "price": "59.95"}])
        self.assertEqual((order["refunded"], order["refundable"]), ("0.00", "59.95"))

    def test_there_are_200_orders_of_every_status_and_the_next_is_unknown(self):
        statuses = [self.shop.request("GET", f"/orders/{number}")[1]["status"] for number in range(1001, 1201)]
        self.assertEqual(set(statuses), {"placed", "shipped", "delivered", "delayed", "cancelled", "returned"})
        for number in ("1000", "1201", "%231201"):
            status, body = self.shop.request("GET", f"/orders/{number}")
            self.assertEqual((status, body["error"]["code"]), (404, "order_not_found"))

    def test_policies_are_found_by_their_words(self):
        for query, title in {"returns": "returns", "late+parcel": "late parcels", "wrong%20item": "wrong item"}.items():
            status, body = self.shop.request("GET", f"/policies?q={query}")
            self.assertEqual((status, body["sections"][0]["title"]), (200, title))
        self.assertEqual(self.shop.request("GET", "/policies?q=zzz")[1]["sections"], [])
        self.assertEqual(self.shop.request("GET", "/policies")[0], 400)

    def test_a_refund_happens_once_per_key(self):
        first = self.shop.refund("k1", 1019, 20)
        self.assertEqual(first[0], 201)
        self.assertEqual(self.shop.refund("k1", 1019, 20), first)
        self.assertEqual(self.shop.request("GET", "/refunds/by-key/k1"), (200, first[1]))
        self.assertEqual(self.shop.refund("k1", 1019, 21)[0], 422)
        effects = self.shop.request("GET", "/effects")[1]["refunds"]
        self.assertEqual((effects["count"], effects["total"]), (1, "20.00"))
        self.assertEqual(effects["by_key"]["k1"], {"attempts": 3, "effects": 1, "order_id": 1019, "amount": "20.00"})
        self.assertEqual(self.shop.request("GET", "/orders/1019")[1]["refundable"], "39.95")

    def test_a_refund_above_what_is_left_is_refused_and_leaves_no_trace(self):
        self.assertEqual(self.shop.refund("a", 1019, 40)[0], 201)
        status, body = self.shop.refund("b", 1019, 19.96)
        self.assertEqual((status, body["error"]["code"]), (409, "exceeds_refundable"))
        self.assertIn("19.95 left", body["error"]["message"])
        self.assertEqual(self.shop.request("GET", "/refunds/by-key/b")[0], 404)
        self.assertEqual(self.shop.refund("c", 1019, "19.95")[0], 201)
        self.assertEqual(self.shop.refund("b", 1019, 19.96)[0], 409)

    def test_a_cancelled_order_has_nothing_left_to_refund(self):
        self.assertEqual(self.shop.refund("a", 1006, 1)[0], 409)

    def test_requests_at_once_with_one_key_have_one_effect(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.shop.refund("k", 1003, 5))) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([answers[0]] * 16, answers)
        self.assertEqual(self.shop.request("GET", "/effects")[1]["refunds"]["by_key"]["k"]["effects"], 1)

    def test_an_email_goes_to_the_outbox_once_per_key(self):
        email = {"to": "ada@customers.example", "subject": "Hello", "body": "Grüße"}
        first = self.shop.request("POST", "/emails", email, {"Idempotency-Key": "m"})
        self.assertEqual(first[0], 201)
        self.assertEqual(self.shop.request("POST", "/emails", email, {"Idempotency-Key": "m"}), first)
        self.assertEqual(self.shop.request("GET", "/emails/by-key/m"), (200, first[1]))
        effects = self.shop.request("GET", "/effects")[1]["emails"]
        self.assertEqual(effects["by_key"], {"m": {"attempts": 2, "effects": 1, "to": "ada@customers.example"}})

    def test_bad_requests_get_an_answer_and_change_nothing(self):
        key = {"Idempotency-Key": "x"}
        good = {"order_id": 1003, "amount": 5, "reason": "late"}
        for body in (b"", b"{", b"[]", b"\xff\xfe", b"[" * 60000, b'{"order_id": 1003, "amount": NaN, "reason": "x"}'):
            self.assertEqual(self.shop.request("POST", "/refunds", body, key)[0], 400, body[:20])
        for change in (
            {"amount": 0}, {"amount": -1}, {"amount": "five"}, {"amount": "1.005"}, {"amount": True},
            {"amount": 1.005}, {"amount": 10**400}, {"order_id": None}, {"order_id": "12x"}, {"order_id": [1]},
            {"reason": ""}, {"reason": "x" * 501},
        ):  # fmt: skip
            self.assertEqual(self.shop.request("POST", "/refunds", {**good, **change}, key)[0], 400, change)
        self.assertEqual(self.shop.request("POST", "/refunds", good)[1]["error"]["code"], "key_required")
        self.assertEqual(self.shop.request("POST", "/refunds", b" " * 70000, key)[0], 413)
        self.assertEqual(self.shop.request("POST", "/emails", {"to": "x", "subject": "s", "body": "b"}, key)[0], 400)
        self.assertEqual(self.shop.request("POST", "/nowhere", {}, key)[0], 404)
        self.assertEqual(self.shop.request("GET", "/nowhere")[0], 404)
        self.assertEqual(self.shop.request("GET", "/orders/12x")[0], 400)
        self.assertEqual(self.shop.request("DELETE", "/orders/1003")[0], 501)
        self.assertIn(b"411", self.shop.raw(b"POST /refunds HTTP/1.1\r\nHost: x\r\n\r\n").splitlines()[0])
        self.assertIn(b'"error"', self.shop.raw(b"nonsense\r\n\r\n"))
        self.assertEqual(
            self.shop.request("GET", "/effects")[1]["refunds"], {"count": 0, "total": "0.00", "by_key": {}}
        )
        self.assertEqual(self.shop.request("GET", "/health"), (200, {"status": "ok"}))


class RestartTest(unittest.TestCase):
    def test_a_restart_keeps_what_happened(self):
        with tempfile.TemporaryDirectory() as folder:
            first = RunningShop(data=f"{folder}/shop.db")
            answer = first.refund("k", 1019, 20)
            self.assertEqual(first.stop(), (0, ""))
            second = RunningShop(data=f"{folder}/shop.db")
            self.assertEqual(second.refund("k", 1019, 20), answer)
            self.assertEqual(second.stop(), (0, ""))

    def test_a_lost_answer_is_an_effect_that_the_probe_knows(self):
        shop = RunningShop("--lost-answers", "100")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            shop.refund("k", 1019, 20)
        status, body = shop.request("GET", "/refunds/by-key/k")
        self.assertEqual((status, body["amount"]), (200, "20.00"))
        self.assertEqual(shop.request("GET", "/effects")[1]["lost_answers"], 1)
        self.assertEqual(shop.stop(), (0, ""))

    def test_a_file_that_is_no_database_is_a_clear_error(self):
        with tempfile.NamedTemporaryFile(suffix=".db") as file:
            file.write(b"not a database, not at all, and long enough to be read as one" * 20)
            file.flush()
            result = subprocess.run(
                [sys.executable, HERE / "shop.py", "--port", "0", "--data", file.name], capture_output=True, text=True
            )
        self.assertEqual(result.returncode, 1)
        self.assertIn("can't start", result.stderr)


if __name__ == "__main__":
    unittest.main()
