"""The explanation of one decision: columns for all lines, stories on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .case import Case
from .ledger import Reasons
from .story import Findings, line_story
from .values import BindingConstraint, Conflict, LineStory
from .waterfall import Waterfall


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why a decision is what it is. Without a plan there is no case, only a conflict.

    `waterfall` and `reasons` hold every line; a `LineStory` is put together when asked for.
    """

    case: Case | None
    reasons: Reasons | None
    binding: tuple[BindingConstraint, ...] = ()
    conflict: Conflict | None = None
    found: Findings = field(default_factory=Findings)

    @property
    def waterfall(self) -> Waterfall | None:
        """The waterfall of every line; None without a plan."""
        return self.case.waterfall if self.case is not None else None

    def story(self, line: int) -> LineStory:
        """The story of one line, a row of `facts.lines`. Raises LookupError without a plan."""
        if self.case is None or self.reasons is None:
            raise LookupError("no plan, no story")
        return line_story(self.case, self.reasons, line, self.found)

    def story_of(self, line_id: str) -> LineStory:
        """The story of one line by its id. Raises KeyError where there is no such line."""
        if self.case is None:
            raise LookupError("no plan, no story")
        ids = self.case.problem.facts.lines.id
        if line_id not in ids:
            raise KeyError(line_id)
        return self.story(ids.index(line_id))

    def stories(self) -> Iterator[LineStory]:
        """The stories of all lines, in canonical order."""
        if self.case is not None:
            yield from (self.story(i) for i in range(self.case.problem.num_lines))
