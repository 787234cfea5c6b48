"""Texts of many kinds, from what lies on a development machine and from a seeded generator.

Nothing of it goes into the repository: it is read, counted and forgotten. A kind that the machine has no files for is
left out, and the table that is printed in the end says how much there was of each.
"""

import base64
import glob
import gzip
import hashlib
import json
import random
import re
import struct

MOST_BYTES = 300_000
SIZES = (60, 250, 1_000, 4_000, 16_000)

MANUALS = "en de fr es it pt_BR pl ru uk tr zh_CN zh_TW ja ko cs nl sv hu".split()
CATALOGUES = "ar hi he th bn ta el vi fa".split()
FILES = {
    "English": ["/usr/share/doc/**/README*", "/usr/share/doc/**/*.md", "/usr/share/doc/**/NEWS*", "docs/*.md"],
    "Swift": ["Sources/**/*.swift", "Tests/**/*.swift"],
    "Python": ["/usr/lib/python3*/**/*.py"],
    "C": ["/usr/include/**/*.h"],
    "C++": ["/usr/include/c++/**/*"],
    "JavaScript": ["/usr/share/nodejs/**/*.js", "/usr/lib/node_modules/**/*.js", "/usr/share/javascript/**/*.js"],
    "PHP, Ruby, Perl": ["/usr/share/php/**/*.php", "/usr/lib/ruby/**/*.rb", "/usr/share/perl/**/*.pm"],
    "shell": ["/usr/share/bash-completion/**/*", "/etc/init.d/*", "/usr/bin/*.sh", "/var/lib/dpkg/info/*.postinst"],
    "HTML, CSS": ["/usr/share/doc/**/*.html", "/usr/share/**/*.css", "/root/.rustup/**/book/*.html"],
    "YAML, TOML, XML": ["/usr/share/**/*.xml", "/usr/share/**/*.yaml", "/usr/share/**/*.yml", "examples/**/*.yaml"],
    "JSON": ["/usr/share/nodejs/**/*.json", "/usr/share/[a-m]*/**/*.json"],
    "logs": ["/var/log/**/*.log"],
    "CSV": ["/usr/share/*/**/*.csv", "/root/.pyenv/versions/*/lib/python*/test/**/*.csv"],
}


def readable(path):
    try:
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            return file.read(200_000).decode("utf-8")
    except (OSError, UnicodeDecodeError, EOFError):
        return ""


def files(patterns, seed):
    paths = sorted({path for pattern in patterns for path in glob.glob(pattern, recursive=True)})
    random.Random(seed).shuffle(paths)
    size = 0
    for path in paths:
        text = readable(path)
        if len(text) < 200 or "\x00" in text or "TokenWeights+" in path:
            continue
        yield text[:30_000]
        size += min(len(text), 30_000)
        if size > MOST_BYTES:
            return


def manuals(language):
    """Manual pages without their marks of format."""
    folder = "" if language == "en" else f"{language}/"
    for text in files([f"/usr/share/man/{folder}man[1-8]/*.gz"], language):
        lines = [line for line in text.split("\n") if not line.startswith((".", "'"))]
        yield re.sub(r"\\f[A-Z]|\\-|\\&|\\\(..", "", "\n".join(lines))


def catalogue(path):
    """The translations of a program's messages: a GNU .mo file."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b"\xde\x12\x04\x95":
        return []
    count, _, table = struct.unpack("<III", data[8:20])
    texts = []
    for index in range(count):
        length, offset = struct.unpack("<II", data[table + 8 * index:table + 8 * index + 8])
        texts.append(data[offset:offset + length].decode("utf-8", "ignore").replace("\x00", " "))
    return texts[1:]


def catalogues(language):
    size = 0
    for path in sorted(glob.glob(f"/usr/share/locale/{language}/LC_MESSAGES/*.mo")):
        text = "\n".join(catalogue(path))[:60_000]
        yield text
        size += len(text)
        if size > MOST_BYTES:
            return


def generated(kind, seed):
    """Texts that a program would send: seeded, so that they are the same each time."""
    pick = random.Random(f"{kind} {seed}")
    letters = "abcdefghijklmnopqrstuvwxyz"
    word = lambda: "".join(pick.choice(letters) for _ in range(pick.randint(3, 10)))
    if kind == "base64":
        return base64.b64encode(pick.randbytes(3_000)).decode()
    if kind == "hex":
        return "\n".join(hashlib.sha256(pick.randbytes(8)).hexdigest() for _ in range(60))
    if kind == "UUIDs":
        return "\n".join(f"{pick.randbytes(4).hex()}-{pick.randbytes(2).hex()}-{pick.randbytes(2).hex()}-"
                         f"{pick.randbytes(2).hex()}-{pick.randbytes(6).hex()}" for _ in range(80))
    if kind == "numbers":
        return "\n".join("\t".join(str(round(pick.uniform(-1e4, 1e6), pick.randint(0, 6))) for _ in range(8))
                         for _ in range(60))
    if kind == "Markdown tables":
        rows = [f"| {word()} | {pick.randint(1, 99_999)} | {pick.random():.3f} | {pick.choice(['yes', 'no'])} |"
                for _ in range(80)]
        return "| name | count | share | kept |\n| --- | ---: | ---: | --- |\n" + "\n".join(rows)
    if kind == "emoji":
        ranges = [(0x1F600, 0x1F64F), (0x1F300, 0x1F5FF), (0x1F680, 0x1F6C0), (0x2600, 0x26FF), (0x1F900, 0x1F9FF)]
        return "".join(chr(pick.randint(*pick.choice(ranges))) + pick.choice(["", " ", "️", "‍"])
                       for _ in range(400))
    if kind == "chat with emoji":
        words = "ok great thanks that works see you later the order arrived today can I return it please".split()
        return " ".join(pick.choice(words) + (" " + chr(pick.randint(0x1F600, 0x1F64F)) if pick.random() < 0.2 else "")
                        for _ in range(600))
    if kind == "random letters":
        return " ".join(word() for _ in range(500))
    if kind == "records as JSON":
        rows = [{"id": pick.randint(1, 10**9), "name": word().title(), "email": f"{word()}@example.org",
                 "tags": [word() for _ in range(3)], "amount": round(pick.uniform(0, 999), 2), "ok": pick.random() < 0.5,
                 "at": f"2026-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}T{pick.randint(0, 23):02}:00:00Z"}
                for _ in range(40)]
        return json.dumps(rows, indent=pick.choice([None, 2]))
    if kind == "server logs":
        return "\n".join(f"2026-11-{pick.randint(1, 30):02}T{pick.randint(0, 23):02}:{pick.randint(0, 59):02}:"
                         f"{pick.random() * 60:06.3f}Z {pick.choice(['INFO', 'WARN', 'ERROR'])} [{word()}] "
                         f"{pick.choice(['GET', 'POST'])} /v1/{word()}/{pick.randint(1, 10**6)} "
                         f"{pick.choice([200, 201, 404, 500])} {pick.randint(1, 3_000)}ms ip=10.{pick.randint(0, 255)}"
                         f".{pick.randint(0, 255)}.{pick.randint(0, 255)}" for _ in range(60))
    raise ValueError(kind)


GENERATED = ["base64", "hex", "UUIDs", "numbers", "Markdown tables", "emoji", "chat with emoji", "random letters",
             "records as JSON", "server logs"]


def texts():
    """All kinds, with their texts."""
    for kind, patterns in FILES.items():
        yield kind, list(files(patterns, kind))
    for language in MANUALS:
        yield f"manual pages, {language}", list(manuals(language))
    for language in CATALOGUES:
        yield f"program messages, {language}", list(catalogues(language))
    for kind in GENERATED:
        yield kind, [generated(kind, seed) for seed in range(60)]


def pieces():
    """(kind, is for fitting, text) of every piece. A whole file is for fitting or for measuring, never for both."""
    for kind, whole in texts():
        for index, text in enumerate(whole):
            pick, start = random.Random(f"{kind} {index}"), 0
            while start < len(text):
                size = int(pick.choice(SIZES) * pick.uniform(0.6, 1.4))
                piece = text[start:start + size]
                start += size
                if len(piece) >= 40:
                    yield kind, index % 2 == 0, piece
