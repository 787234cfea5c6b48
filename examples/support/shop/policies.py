"""Search over the shop's policies: which sections share the most telling words with a question."""

import math
import re
from pathlib import Path

LIMIT = 3


class Policies:
    def __init__(self, path=Path(__file__).parent / "policies.txt"):
        sections = re.findall(r"^# (.+)\n(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        self._sections = [(title, text, words(f"{title} {title} {text}")) for title, text in sections]

    def search(self, query):
        """At most `LIMIT` sections, the best first; none when no word of the query occurs."""
        asked = set(words(query))
        scored = [(self._score(asked, section), title, text) for title, text, section in self._sections]
        scored.sort(key=lambda entry: -entry[0])
        return [{"title": title, "text": text} for score, title, text in scored[:LIMIT] if score > 0]

    def _score(self, asked, section):
        return sum(section.count(word) * self._weight(word) for word in asked) / math.sqrt(len(section))

    def _weight(self, word):
        """Rare words tell more: the inverse document frequency."""
        containing = sum(word in section for _, _, section in self._sections)
        return math.log(1 + len(self._sections) / containing) if containing else 0


def words(text):
    """Lower-case words without a plural's s."""
    return [word[:-1] if word.endswith("s") else word for word in re.findall(r"[a-z]{3,}", text.lower())]
