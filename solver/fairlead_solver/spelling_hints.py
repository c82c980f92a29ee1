"""The word that was probably meant where an unknown one is given: "did you mean …?"."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from .similar_ids import folded

_LIKENESS = 0.7  # of difflib: 1 is equal
_FEW = 500  # so many words are all compared
_BESIDE = 20  # of many, so many on either side in the order of their beginnings, and of their ends


class Nearest:
    """Finds near misses among many words; it sorts them only once something is wrong."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known

    def to(self, word: str) -> str:
        """The known word that `word` stands for with other case, spaces or leading zeros, or one
        spelled nearly so; "" where none is near."""
        wanted = folded(word)
        if wanted in self._folded:
            return self._folded[wanted]
        near = difflib.get_close_matches(wanted, self._candidates(wanted), 1, _LIKENESS)
        return self._folded[near[0]] if near else ""

    def hint(self, word: str) -> str:
        """As a question; "" where none is near."""
        near = self.to(word)
        return f"did you mean {near!r}?" if near else ""

    @cached_property
    def _folded(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for word in self._known:
            found.setdefault(folded(word), word)
        return found

    @cached_property
    def _by_beginning(self) -> list[str]:
        return sorted(self._folded)

    @cached_property
    def _by_end(self) -> list[str]:
        return sorted(word[::-1] for word in self._folded)

    def _candidates(self, wanted: str) -> Collection[str]:
        """A slip of the pen leaves a word's beginning or its end."""
        if len(self._folded) <= _FEW:
            return self._folded
        ends = (word[::-1] for word in _around(self._by_end, wanted[::-1]))
        return {*_around(self._by_beginning, wanted), *ends}


def _around(words: Sequence[str], wanted: str) -> Iterator[str]:
    place = bisect_left(words, wanted)
    yield from words[max(0, place - _BESIDE) : place + _BESIDE]


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that was probably meant; "" where none is near."""
    return Nearest(known).to(word)
