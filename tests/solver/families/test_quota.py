"""Quota: a scope takes no more than it has left."""

from __future__ import annotations

from fairlead_solver.allocation.rules.families import quota

from .cases import quota as case
from .cycles import cycle, given, line, lot, planned, row_keys


def test_without_quotas_there_is_no_rule() -> None:
    assert not quota.applies(cycle([line("a", 4)], [lot("s", 4)]))


def test_a_quota_that_suffices_writes_no_row() -> None:
    quotas = [{"id": "A", "product": "P", "cap_quantity": 4}]
    assert row_keys(cycle([line("a", 4)], [lot("s", 4)], quotas=quotas), quota) == {}


def test_a_family_quota_covers_the_families_below_and_a_used_up_one_gives_nothing() -> None:
    assert given(case()) == {"a": 4, "b": 0}


def test_the_worthier_line_takes_the_quota() -> None:
    quotas = [{"id": "A", "product": "P", "cap_quantity": 5, "consumed_quantity": 1}]
    lines = [line("a", 4, 10), line("b", 3, 20)]
    assert given(cycle(lines, [lot("s", 9)], quotas=quotas)) == {"a": 1, "b": 3}


def test_more_than_the_quota_is_a_breach() -> None:
    problem = case()
    broken = quota.check(problem, planned(problem, a_s=4, b_t=2))
    assert [(b.key, b.limit, b.use) for b in broken] == [("all", 5, 6), ("web", 0, 2)]
