"""Fits the weights of the token estimate to real tokenizers, and measures its error.

    python fit.py            writes Sources/BelayModels/Tokens/TokenWeights+*.swift and prints the table of docs/budgets.md
    python fit.py fixture    counts the tokens of our own texts in Tests/BelayModelsTests/Tokens/texts

From the repository's folder, with the packages of requirements.txt and Python 3.12 or newer.
"""

import os
import pathlib
import sys

import numpy
from scipy import optimize, sparse

import corpus
import counters
import features

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
UNIT = 1_024
# Small enough to learn what a pair of letters costs, large enough to forget what only one file has.
RIDGE = 3e-5
MARGIN_TOKENS = 8
# Added to the margin that the corpus needs, for texts of kinds that it doesn't have.
MORE_PERCENT = 25
MEASURED = {"cl100k": ["cl100k"], "o200k": ["o200k"], "claude": ["claude"], "newerClaude": ["newerClaude"],
            "deepSeek": ["deepSeek"], "tekken": ["tekken"], "typical": ["o200k", "deepSeek", "tekken"]}
# An upper bound for vocabularies that aren't known has to hold for those that are, but for the oldest one and the one that
# counts most of all, which are known by their models' names.
BOUNDED = {"typical": ["o200k", "deepSeek", "tekken", "claude"]}
TEXTS = pathlib.Path("Tests/BelayModelsTests/Tokens/texts")


def dear():
    """What a weight is that no text of the corpus tells anything of: characters of other scripts are dear."""
    prior = numpy.zeros(features.COUNT)
    prior[features.SECOND:] = 0.7
    prior[features.SECOND + (0xE0 - 0xC2) * 64:] = 1
    prior[features.SECOND + (0xF0 - 0xC2) * 64:] = 2
    for byte in range(128):
        if features.KIND[byte] in (features.MARK, features.CONTROL):
            prior[features.BYTE + byte] = 0.5
    return prior


class Corpus:
    """All pieces, as what the estimate sees of them, with their true counts."""

    def __init__(self):
        pieces = list(corpus.pieces())
        self.kinds = numpy.array([kind for kind, _, _ in pieces])
        self.fits = numpy.array([is_for_fitting for _, is_for_fitting, _ in pieces])
        self.bytes = numpy.array([len(text.encode()) for _, _, text in pieces], float)
        rows, columns, values = [], [], []
        for row, (_, _, text) in enumerate(pieces):
            for column, count in features.features(text).items():
                rows.append(row), columns.append(column), values.append(count)
        self.features = sparse.csr_matrix((values, (rows, columns)), shape=(len(pieces), features.COUNT), dtype=float)
        self.counts = {name: numpy.array([count(text) for _, _, text in pieces], float)
                       for name, count in counters.counters().items()}
        for name, count in self.counts.items():
            if (count > self.bytes).any():
                print(f"{name} has more tokens than bytes in {(count > self.bytes).sum()} pieces, "
                      f"by {int((count - self.bytes).max())} at most")


def fitted(texts, truth, used):
    """Weights from 0 to just under 4 tokens, for the least relative error. Each kind of text counts as much as another."""
    weight = numpy.sqrt(numpy.minimum(texts.bytes, 4_000)) / truth
    for kind in set(texts.kinds):
        of_kind = (texts.kinds == kind) & used
        if of_kind.any():
            weight[of_kind] /= numpy.sqrt(((weight * truth)[of_kind] ** 2).sum())
    rows = numpy.where(used)[0]
    matrix, wanted = (sparse.diags(weight[rows]) @ texts.features[rows]).tocsr(), (weight * truth)[rows]
    turned, prior = matrix.T.tocsr(), dear()

    def loss(x):
        rest = matrix @ x - wanted
        far = x - prior
        return 1e3 * float(rest @ rest + RIDGE * far @ far), 2e3 * (turned @ rest + RIDGE * far)

    found = optimize.minimize(loss, prior, jac=True, method="L-BFGS-B",
                              bounds=[(0, 3.99)] * features.COUNT,
                              options={"maxiter": 3_000, "maxfun": 6_000, "maxcor": 30, "ftol": 1e-10, "gtol": 1e-7})
    return numpy.round(found.x * UNIT).astype(int)


def estimates(texts, weights):
    return numpy.maximum(1, (texts.features @ weights + UNIT // 2) // UNIT)


def margin(texts, estimate, truths):
    """The share by which the truth exceeds the estimate at most, of 9,995 of 10,000 pieces, in whole percent."""
    needed = numpy.max([(truth - MARGIN_TOKENS) / estimate - 1 for truth in truths], axis=0)
    return int(numpy.ceil(100 * max(0, numpy.quantile(needed, 0.9995)))) + MORE_PERCENT


def most(texts, estimate, percent):
    return numpy.minimum(texts.bytes, estimate * (100 + percent) // 100 + MARGIN_TOKENS)


def encoded(weights):
    text, index = "", 0
    while index < len(weights):
        zeros = 0
        while index + zeros < len(weights) and zeros < 4_095 and weights[index + zeros] == 0:
            zeros += 1
        if zeros > 1:
            text += "." + ALPHABET[zeros >> 6] + ALPHABET[zeros & 63]
        else:
            text += ALPHABET[weights[index] >> 6] + ALPHABET[weights[index] & 63]
        index += max(1, zeros)
    return text


def write(name, weights, percent):
    text = encoded(weights)
    lines = [text[start:start + 108] for start in range(0, len(text), 108)]
    path = pathlib.Path(f"Sources/BelayModels/Tokens/TokenWeights+{name[0].upper()}{name[1:]}.swift")
    path.write_text(
        "extension TokenWeights {\n"
        f"    /// Made by `scripts/tokens/fit.py`, for ``Tokenizer/{name}``.\n"
        f"    static let {name} = TokenWeights(\n"
        '        """\n        ' + "\n        ".join(lines) + '\n        """,\n'
        f"        margin: Margin(percent: {percent}, tokens: {MARGIN_TOKENS}))\n}}\n")


def row(words, error, held):
    return (f"| {words} | {error.size} | {100 * numpy.abs(error).mean():.1f} % | "
            f"{100 * numpy.quantile(numpy.abs(error), 0.95):.1f} % | {100 * error.min():+.0f} % to "
            f"{100 * error.max():+.0f} % | {100 * held:.2f} % |")


def report(texts, estimate, percents):
    """The error over the half of the files that was not fitted to: relative, of pieces of 200 bytes and more."""
    measured = ~texts.fits & (texts.bytes >= 200)
    error = {name: estimate[name] / texts.counts[name] - 1 for name in texts.counts}
    above = {name: texts.counts[name] <= most(texts, estimate[name], percents[name]) for name in texts.counts}
    print("| tokenizer | pieces | mean error | 95 % within | worst | `most` holds |\n| --- | ---: | ---: | ---: | --- | ---: |")
    for name in texts.counts:
        print(row(f"`{name}`", error[name][measured], above[name][~texts.fits].mean()))
    print("\n| kind of text | pieces | mean error | 95 % within | worst | `most` holds |\n| --- | ---: | ---: | ---: | --- | ---: |")
    for kind in dict.fromkeys(texts.kinds):
        of_kind = measured & (texts.kinds == kind)
        if of_kind.sum() > 4:
            all_errors = numpy.concatenate([error[name][of_kind] for name in error])
            held = numpy.concatenate([above[name][~texts.fits & (texts.kinds == kind)] for name in above])
            print(row(kind, all_errors, held.mean()))
    worst = max(texts.counts[name][~texts.fits & ~above[name]].size for name in texts.counts)
    print(f"\n{(~texts.fits).sum()} pieces measured, {texts.fits.sum()} fitted to; above `most`: {worst} at worst; "
          f"margins: {percents}")
    for name in ("o200k", "deepSeek", "tekken", "claude", "newerClaude", "cl100k"):
        held = texts.counts[name] <= most(texts, estimate["typical"], percents["typical"])
        print(f"`typical` against {name}: mean error "
              f"{100 * numpy.abs(estimate['typical'] / texts.counts[name] - 1)[measured].mean():.1f} %, "
              f"`most` holds for {100 * held[~texts.fits].mean():.2f} %")


def unseen(texts, kinds):
    """How well a kind of text is met that nothing was fitted to."""
    for kind in kinds:
        of_kind = (texts.kinds == kind) & (texts.bytes >= 200)
        words = []
        for name in ("o200k", "claude"):
            estimate = estimates(texts, fitted(texts, texts.counts[name], texts.fits & (texts.kinds != kind)))
            error = (estimate / texts.counts[name] - 1)[of_kind]
            words.append(f"{name} mean {100 * error.mean():+.0f} %, from {100 * error.min():+.0f} to {100 * error.max():+.0f} %")
        print(f"without {kind}: {'; '.join(words)}")


def main():
    texts = Corpus()
    estimate, percents = {}, {}
    for name, of in MEASURED.items():
        weights = fitted(texts, numpy.mean([texts.counts[one] for one in of], axis=0), texts.fits)
        estimate[name] = estimates(texts, weights)
        truths = [texts.counts[one] for one in BOUNDED.get(name, of)]
        percents[name] = margin(texts, estimate[name], truths)
        write(name, weights, percents[name])
    report(texts, estimate, percents)
    unseen(texts, ["manual pages, pl", "manual pages, ru", "C++", "random letters", "program messages, hi"])


def fixture():
    count = counters.counters()
    lines = ["text\t" + "\t".join(count)]
    for path in sorted(TEXTS.glob("*.txt")):
        text = path.read_text()
        lines.append(path.name + "\t" + "\t".join(str(count[name](text)) for name in count))
    (TEXTS.parent / "counts.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).parents[2])
    fixture() if sys.argv[1:] == ["fixture"] else main()
