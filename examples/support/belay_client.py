"""What the driver needs of Belay's HTTP API. Python's standard library only."""

import http.client
import json
import time
from urllib.parse import quote, urlencode, urlsplit

TERMINAL = ("completed", "failed", "cancelled")
PAGES = 1_000


class APIError(Exception):
    """Belay answered with a problem (RFC 9457), or not at all."""

    def __init__(self, request, status, problem):
        detail = problem.get("detail") or problem.get("title") or json.dumps(problem)[:300]
        super().__init__(f"{request}: {status or 'no answer'}: {detail}")
        self.status = status


class Belay:
    """One connection that is kept open; requests that are safe to repeat are tried `attempts` times."""

    def __init__(self, url, key=None, attempts=5, timeout=30):
        self._url, self._key, self._attempts, self._timeout = urlsplit(url), key, attempts, timeout
        self._connection = None

    def start(self, agent, task, user, idempotency_key, session=None):
        body = {"task": task, "user": user}
        if session:
            body["session"] = session
        return self._request(
            "POST", f"/v1/agents/{quote(agent)}/executions", body, {"Idempotency-Key": idempotency_key}
        )

    def execution(self, identifier):
        return self._request("GET", f"/v1/executions/{quote(identifier)}")

    def events(self, identifier):
        """The journal, in order."""
        return self._all(f"/v1/executions/{quote(identifier)}/events", {}, continued_by="after")

    def open_waits(self):
        return self._all("/v1/waits", {"status": "open"})

    def answer(self, wait, answer, by):
        """Answers a wait. False when somebody, or time, was faster."""
        try:
            self._request("POST", f"/v1/waits/{quote(wait)}/answer", {"answer": answer, "by": by})
            return True
        except APIError as error:
            if error.status in (404, 409):
                return False
            raise

    def statistics(self):
        return self._request("GET", "/v1/statistics")

    def _all(self, path, query, continued_by="cursor"):
        items, query = [], dict(query)
        for _ in range(PAGES):
            page = self._request("GET", f"{path}?{urlencode(query)}")
            items += page["items"]
            if page.get("next") is None:
                return items
            query[continued_by] = page["next"]
        raise APIError(f"GET {path}", 200, {"detail": f"more than {PAGES} pages"})

    def _request(self, method, path, body=None, headers=None):
        headers = {"Accept": "application/json", "Content-Type": "application/json", **(headers or {})}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        payload = None if body is None else json.dumps(body).encode()
        problem, status = {}, None
        for attempt in range(self._attempts):
            if attempt:
                time.sleep(0.2 * 2**attempt)
            try:
                status, problem = self._exchange(method, path, payload, headers)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.close()
                status, problem = None, {"detail": repr(error)}
                continue
            if status < 300:
                return problem
            if status not in (429, 502, 503, 504):
                break
        raise APIError(f"{method} {path}", status, problem if isinstance(problem, dict) else {})

    def _exchange(self, method, path, payload, headers):
        if not self._connection:
            self._connection = http.client.HTTPConnection(
                self._url.hostname, self._url.port or 80, timeout=self._timeout
            )
        self._connection.request(method, path, payload, headers)
        response = self._connection.getresponse()
        text = response.read()
        try:
            return response.status, json.loads(text or b"{}")
        except ValueError:
            if response.status < 300:
                raise
            return response.status, {"detail": text[:300].decode(errors="replace")}

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None
