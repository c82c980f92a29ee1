"""Totals: a scope's lines are found by index as they are by looking at every line."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from fairlead_solver.allocation.rules.unit_totals import reach, round_micros

from .cycles import Row, cycle, line, lot


def test_every_combination_of_selectors_covers_the_lines_that_match_all_of_them() -> None:
    products = {"P": "x", "Q": "x/y", "R": "xy", "S": "x-y", "T": ""}
    who = list(itertools.product(products, ["", "C", "D"], ["", "web"]))
    lines = [
        line(f"l{i:02}", 1, product=p, customer=c, channel=w) for i, (p, c, w) in enumerate(who)
    ]
    scopes = itertools.product(["", "P", "Q"], ["", "x", "x/y"], ["", "C"], ["", "web"])
    quotas: list[Row] = [
        {"id": f"q{i:02}", "product": p, "family": f, "customer": c, "channel": w}
        for i, (p, f, c, w) in enumerate(scopes)
        if p or f or c or w
    ]
    problem = cycle(
        lines,
        [lot("s", 0)],
        quotas=quotas,
        products=[{"id": p, "family": f} for p, f in products.items()],
    )
    found, given = problem.quota_scopes, problem.facts.quotas
    words = {row["id"]: row for row in quotas}
    assert len(given) == 35
    for k, id_ in enumerate(given.id):
        wanted = [i for i, of in enumerate(who) if covers(words[id_], *of, products)]
        assert found.line[found.row == k].tolist() == wanted, id_


def covers(
    scope: Row, product: str, customer: str, channel: str, families: Mapping[str, str]
) -> bool:
    """Whether a scope covers a line, by its words alone."""
    family, path = scope["family"], families[product]
    return (
        scope["product"] in ("", product)
        and scope["customer"] in ("", customer)
        and scope["channel"] in ("", channel)
        and (not family or path == family or path.startswith(family + "/"))
    )


def test_the_reach_of_a_line_is_what_its_arcs_carry_in_whole_packs() -> None:
    problem = cycle([line("a", 9, pack=2), line("b", 9), line("c", 9, product="Q")], [lot("s", 5)])
    assert reach(problem).tolist() == [4, 5, 0]


def test_money_is_rounded_half_to_even_exactly() -> None:
    assert [round_micros(n, 2) for n in (1, 3, 5, -1)] == [0, 2, 2, 0]
    assert round_micros(10**30 + 1, 10**12) == 10**18
