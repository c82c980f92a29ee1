"""How ids and other words may be written: short, and without characters that no one can see.

A control character breaks a line of text or a cell of a table, and the digest of a cycle joins
words by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from .tables import Bools

MAX_WORD_BYTES = 256
WORD_RULE = f"at most {MAX_WORD_BYTES} bytes of UTF-8 without control characters"
CURRENCY_RULE = "three capital letters (ISO 4217), or empty"
PATH_RULE = 'names with one "/" between them, such as dairy/cheese, and none at the ends'

_MAX_BYTES_OF_A_CHARACTER = 4
# Unicode category Cc, and halves of a pair of surrogates, which UTF-8 cannot hold
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CURRENCY = re.compile("([A-Z]{3})?")


def is_word(word: str) -> bool:
    """Whether an id, a reference or another word may be written so."""
    if _FORBIDDEN.search(word):
        return False
    return len(word.encode()) <= MAX_WORD_BYTES


def wrong_words(words: Sequence[str]) -> Bools | None:
    """Which of many words break WORD_RULE; None where none does."""
    if not words:
        return None
    longest = max(map(len, words))
    if longest * _MAX_BYTES_OF_A_CHARACTER <= MAX_WORD_BYTES and "".join(words).isprintable():
        return None
    wrong = np.fromiter((not is_word(w) for w in words), dtype=np.bool_, count=len(words))
    return wrong if wrong.any() else None


def is_currency(code: str) -> bool:
    """Whether it is the form of an ISO 4217 code, or empty."""
    return _CURRENCY.fullmatch(code) is not None


def is_family_path(path: str) -> bool:
    """Whether every name of a family path has at least one character."""
    return all(path.split("/"))
