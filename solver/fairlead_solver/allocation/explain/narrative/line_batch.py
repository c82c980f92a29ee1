"""What is said of a run of lines, in columns where a line without shortage needs no more.

A line given in full has a waterfall and a sentence of figures; stories are put together for short
lines alone, and the lines that competed with them are found for all at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairlead_solver.tables import Ints

from ..evidence.evidence import Case
from ..reasons.attribution import Reasons
from ..vocabulary.values import LineStory
from .lateness_text import late
from .line_story import Findings, line_stories
from .sentence import opening


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """`waterfall[i, kind]`: units of the run's line i. `sentences`: one per line. `stories[j]` is
    that of line `short[j]` of the run, ascending."""

    waterfall: Ints
    sentences: list[str]
    short: Ints
    stories: list[LineStory]


def told(case: Case, reasons: Reasons, start: int, stop: int, found: Findings) -> Told:
    """What is said of the lines start to stop."""
    given, asked = case.given[start:stop], case.problem.line.quantity[start:stop]
    short = np.flatnonzero(given < asked)
    stories = list(line_stories(case, reasons, start + short, found))
    sentences = list(map(opening, given.tolist(), asked.tolist(), late(case, start, stop)))
    for place, story in zip(short.tolist(), stories, strict=True):
        sentences[place] = story.sentence
    return Told(case.waterfall.units[start:stop], sentences, short, stories)
