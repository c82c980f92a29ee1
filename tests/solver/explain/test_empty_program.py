"""A cycle in which nothing may be given at all is explained, and a fix is tried all the same."""

from __future__ import annotations

import pytest

from fairlead_solver.allocation.cycle.facts import LotStatus
from fairlead_solver.allocation.explain import ExplainOptions
from fairlead_solver.allocation.rules.explanation import FixKind
from fairlead_solver.api import allocation as api
from tests.solver.explain.cases import facts, line, lot


@pytest.mark.parametrize("options", [ExplainOptions(), ExplainOptions(cycle_columns=0)])
def test_bug_a_fix_is_found_where_the_cycle_has_not_one_arc(options: ExplainOptions) -> None:
    cycle = facts(lines=[line("L", 12)], lots=[lot("S", 20, status=LotStatus.BLOCKED)])
    solved = api.solve(api.intake(cycle, api.Policy()), api.Options(relative_gap=0.0))
    story = api.explain(solved, options).story_of("L")
    assert story.fix is not None
    assert (story.fix.kind, story.fix.losers) == (FixKind.WAIVE_RULE, ())
