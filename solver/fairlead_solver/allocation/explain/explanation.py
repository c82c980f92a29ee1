"""The explanation of one decision: columns for all lines, stories on demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np

from .evidence.evidence import Case
from .evidence.stock_waterfall import Waterfall
from .narrative.line_batch import Told, told
from .narrative.line_story import Findings, line_stories
from .reasons.attribution import Reasons
from .vocabulary.values import BindingConstraint, Conflict, LineStory

RUN = 1000  # lines whose stories are put together at once


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why a decision is what it is. Without a plan there is no case, only a conflict.

    `waterfall` and `reasons` hold every line; a `LineStory` is put together when asked for.
    `limits_untried`: limits that could run out, named by no reason and not tried, so that they are
    not in `binding` though they might bind.
    """

    case: Case | None
    reasons: Reasons | None
    binding: tuple[BindingConstraint, ...] = ()
    conflict: Conflict | None = None
    found: Findings = field(default_factory=Findings)
    limits_untried: int = 0

    @property
    def waterfall(self) -> Waterfall | None:
        """The waterfall of every line; None without a plan."""
        return self.case.waterfall if self.case is not None else None

    def story(self, line: int) -> LineStory:
        """The story of one line, a row of `facts.lines`. Raises LookupError without a plan."""
        return next(self.run(line, line + 1))

    def run(self, start: int, stop: int) -> Iterator[LineStory]:
        """The stories of lines start to stop. Raises LookupError without a plan."""
        if self.case is None or self.reasons is None:
            raise LookupError("no plan, no story")
        return line_stories(self.case, self.reasons, np.arange(start, stop), self.found)

    def story_of(self, line_id: str) -> LineStory:
        """The story of one line by its id. Raises KeyError where there is no such line."""
        if self.case is None:
            raise LookupError("no plan, no story")
        ids = self.case.problem.facts.lines.id
        if line_id not in ids:
            raise KeyError(line_id)
        return self.story(ids.index(line_id))

    def told(self, start: int, stop: int) -> Told:
        """What is said of lines start to stop, together. Raises LookupError without a plan."""
        if self.case is None or self.reasons is None:
            raise LookupError("no plan, no story")
        return told(self.case, self.reasons, start, stop, self.found)

    @property
    def stories(self) -> Stories | None:
        """The stories of all lines, in canonical order, each put together when asked for."""
        return Stories(self, self.case.problem.num_lines) if self.case is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class Stories(Sequence[LineStory]):
    """Line i's story at index i."""

    explanation: Explanation
    size: int

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> LineStory: ...

    @overload
    def __getitem__(self, index: slice) -> list[LineStory]: ...

    def __getitem__(self, index: int | slice) -> LineStory | list[LineStory]:
        """Raises IndexError, as a list does: iteration ends by it."""
        rows = range(self.size)[index]
        if isinstance(rows, int):
            return self.explanation.story(rows)
        return [self.explanation.story(row) for row in rows]

    def __iter__(self) -> Iterator[LineStory]:
        """Put together by runs of lines, which find their competing lines at once."""
        for start in range(0, self.size, RUN):
            yield from self.explanation.run(start, min(start + RUN, self.size))
