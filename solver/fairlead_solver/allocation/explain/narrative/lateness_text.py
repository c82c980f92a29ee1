"""What of a run of lines comes after the day it is asked for, in words."""

from __future__ import annotations

import numpy as np

from ...rules.figure_text import day
from ...rules.unit_value import days_late
from ..evidence.evidence import Case


def late(case: Case, start: int, stop: int) -> list[str]:
    """Of each of the lines start to stop: ", 5 of them late: on 2026-12-04, asked for 2026-12-01";
    "" where nothing is late. Of several days the last is told."""
    problem, arcs = case.problem, case.problem.arcs
    part = np.arange(arcs.offsets[start], arcs.offsets[stop])
    part = part[case.waterfall.arcs.given[part] > 0]
    wanted = problem.line.requested_day[arcs.line[part]]
    part = part[days_late(arcs.delivery_day[part], wanted) > 0]
    lines, first = np.unique(arcs.line[part], return_index=True)
    told = [""] * (stop - start)
    for line, those in zip(lines.tolist(), np.split(part, first[1:]), strict=False):
        units, given = int(case.waterfall.arcs.given[those].sum()), int(case.given[line])
        some = "" if units == given else f"{units} of them "
        last, asked = int(arcs.delivery_day[those].max()), int(problem.line.requested_day[line])
        told[line - start] = f", {some}late: on {day(last)}, asked for {day(asked)}"
    return told
