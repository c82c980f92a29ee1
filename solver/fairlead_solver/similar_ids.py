"""Words that a person takes for one: they differ in case, spaces or leading zeros only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_SPACES = re.compile("[^\\S\n]+")
_LEADING_ZEROS = re.compile("^0+(?=.)", re.MULTILINE)


def folded(word: str) -> str:
    """What spellings of one word share: no spaces, no case, no leading zeros."""
    return _fold(word.replace("\n", ""))


def alike(words: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every word that looks like an earlier one, after that one.

    All are folded at once: a cycle has up to a million words, and hardly ever two that look alike.
    """
    together = _fold("\n".join(words)).split("\n")
    if len(together) != len(words) or len(set(together)) == len(together):
        return  # (a word with a line break in it is refused elsewhere)
    first: dict[str, str] = {}
    for word, form in zip(words, together, strict=True):
        earlier = first.setdefault(form, word)
        if earlier != word:
            yield earlier, word


def _fold(text: str) -> str:
    return _LEADING_ZEROS.sub("", _SPACES.sub("", text).casefold())
