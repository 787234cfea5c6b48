"""What the scripts share that run other people's client libraries against Belay: the controls of `belay mock`, and checks."""

import json
import sys
import time
import traceback
import urllib.request


def user(text):
    return [{"role": "user", "content": text}]


def raises(kind, function):
    try:
        function()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


class Mock:
    """A running `belay mock`, seen from behind: what it counted, and what shall go wrong."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def control(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        method = "GET" if body is None else "POST"
        request = urllib.request.Request(f"{self.url}/_mock/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def fault(self, kind, **settings):
        """One kind of fault for the body of a `with`."""
        return Fault(self, {"kind": kind, **settings})

    def until(self, holds, seconds=10):
        """Waits until the statistics are as they have to be."""
        end = time.monotonic() + seconds
        while not holds(stats := self.control("stats")):
            assert time.monotonic() < end, stats
            time.sleep(0.01)


class Fault:
    def __init__(self, mock, fault):
        self.mock, self.fault = mock, fault

    def __enter__(self):
        self.mock.control("faults", {"faults": [self.fault]})

    def __exit__(self, *_):
        self.mock.control("faults", {"faults": []})


def run(checks):
    """Runs pairs of a name and a function, tells of each and exits with 1 when one failed."""
    failed = 0
    for name, function in checks:
        try:
            function()
            print(f"PASS {name}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL {name}", flush=True)
            traceback.print_exc(file=sys.stdout)
    print(f"{len(checks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
