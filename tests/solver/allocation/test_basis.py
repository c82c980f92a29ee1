"""A start from another cycle saves work and changes nothing that is proven."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead import wire
from fairlead_scenarios.recipe.following import following
from fairlead_scenarios.recipe.generator import Recipe, TierMode
from fairlead_solver.allocation.cycle.row_keys import About, names_of
from fairlead_solver.allocation.decision.warm_start import Values, start_of
from fairlead_solver.api import allocation as api
from tests.drawn import Drawn
from tests.strategies import cycles

GAP = 1e-3
OPTIONS = api.Options(relative_gap=GAP)
LARGE = Recipe(lines=3000, contracts_per_line=0.005)


def facts_of(recipe: Recipe) -> api.Facts:
    return wire.facts_of(recipe.cycle(), max_rows=100_000)


def solved(recipe: Recipe, facts: api.Facts | None = None) -> api.Solved:
    problem = api.intake(facts or facts_of(recipe), wire.policy_of(recipe.policy()))
    return api.solve(problem, OPTIONS)


@pytest.fixture(scope="module")
def before() -> api.Solved:
    return solved(LARGE)


@pytest.fixture(scope="module")
def basis(before: api.Solved) -> api.Basis:
    left = api.left_of(before)
    assert left is not None
    return left


def same_in_the_gap(one: api.Decision, other: api.Decision, gap: float = GAP) -> bool:
    """Whether two answers to one cycle can both be true."""
    worth, best = one.objective_micros, other.objective_micros
    if one.status is not other.status or worth is None or best is None:
        return one.status is other.status
    assert one.bound_micros is not None
    assert other.bound_micros is not None
    true = one.bound_micros >= best and other.bound_micros >= worth
    return true and abs(worth - best) <= gap * max(abs(worth), abs(best)) + 1


def test_the_next_cycle_needs_no_prices_and_is_proven_to_the_same_gap(
    before: api.Solved, basis: api.Basis
) -> None:
    problem = api.intake(following(before.problem.facts), before.problem.policy)
    seen: list[api.Standing] = []
    warm = api.solve(problem, OPTIONS, on_progress=seen.append, start=basis).decision
    fresh = api.solve(problem, OPTIONS).decision
    assert api.Phase.PRICES not in {standing.phase for standing in seen}
    assert warm.status is api.Status.OPTIMAL
    assert same_in_the_gap(warm, fresh)
    assert warm.plan is not None
    assert not api.check(problem, warm.plan.packs)


def test_a_cycle_started_from_itself_knows_every_column_and_row(
    before: api.Solved, basis: api.Basis
) -> None:
    start = start_of(basis, before.problem, before.model)
    assert np.array_equal(start.x, before.solution.x, equal_nan=True)
    assert np.array_equal(start.duals, before.solution.duals, equal_nan=True)


def test_what_the_last_cycle_did_not_have_is_unknown_and_nothing_else(
    before: api.Solved, basis: api.Basis
) -> None:
    old = before.problem
    problem = api.intake(following(old.facts), old.policy)
    start = start_of(basis, problem, api.write(problem))
    arcs = problem.arcs
    lines = np.array(problem.facts.lines.id, dtype=object)[arcs.line]
    known = np.array([line in set(old.facts.lines.id) for line in dict.fromkeys(lines)])
    assert not known.all()
    new = np.array([str(line).endswith("-NEW1") for line in lines])
    assert np.isnan(start.x[: len(arcs)][new]).all()
    then = {
        (old.facts.lines.id[i], old.facts.lots.id[s]): x
        for i, s, x in zip(old.arcs.line, old.arcs.lot, _flow(before), strict=True)
    }
    for k in np.flatnonzero(~new).tolist():
        pair = (str(lines[k]), problem.facts.lots.id[arcs.lot[k]])
        assert start.x[k] == then[pair] if pair in then else np.isnan(start.x[k])


def _flow(it: api.Solved) -> list[float]:
    assert it.solution.x is not None
    flow: list[float] = it.solution.x[: len(it.problem.arcs)].tolist()
    return flow


def test_a_start_from_an_unrelated_cycle_changes_nothing_but_time(basis: api.Basis) -> None:
    other = Recipe(lines=2000, seed=99, capacity_tightness=0.8)
    problem = api.intake(facts_of(other), wire.policy_of(other.policy()))
    warm = api.solve(problem, OPTIONS, start=basis).decision
    assert same_in_the_gap(warm, api.solve(problem, OPTIONS).decision)


def test_a_basis_is_the_same_after_its_bytes(before: api.Solved, basis: api.Basis) -> None:
    body = api.basis_to_bytes(basis)
    again = api.basis_from_bytes(body)
    one, other = (start_of(b, before.problem, before.model) for b in (basis, again))
    assert np.array_equal(one.x, other.x, equal_nan=True)
    assert np.array_equal(one.duals, other.duals, equal_nan=True)
    assert api.basis_to_bytes(again) == body


def test_bytes_that_are_no_basis_are_refused_with_one_error(basis: api.Basis) -> None:
    body = api.basis_to_bytes(basis)
    with np.load(io.BytesIO(body)) as packed:
        arrays = dict(packed)
    head = arrays["head"].tobytes()

    def packed_as(**changed: np.ndarray) -> bytes:
        out = io.BytesIO()
        np.savez_compressed(out, **(arrays | changed))
        return out.getvalue()

    def headed(old: bytes, new: bytes) -> bytes:
        assert old in head
        return packed_as(head=np.frombuffer(head.replace(old, new, 1), dtype=np.uint8))

    for bad in (
        b"",
        b"no archive",
        body[: len(body) // 2],
        headed(b'"version":1', b'"version":2'),
        headed(b'"arcs"', b'"clouds"'),
        headed(b'{"version"', b'["version"'),
        packed_as(values=arrays["values"][1:]),
        packed_as(values=np.full(len(arrays["values"]), np.inf)),
        packed_as(values=arrays["values"].astype(object)),
        packed_as(keys=arrays["keys"] - 1),
        packed_as(arc_line=arrays["arc_line"][:-1]),
    ):
        with pytest.raises(api.NotABasis):
            api.basis_from_bytes(bad)


def test_keys_that_point_nowhere_cost_nothing_but_time(
    before: api.Solved, basis: api.Basis
) -> None:
    def scrambled(values: tuple[Values, ...]) -> tuple[Values, ...]:
        return tuple(replace(v, keys=v.keys[::-1] * 3 + 10**9) for v in values)

    bad = replace(
        basis,
        arc_line=basis.arc_line[::-1],
        columns=scrambled(basis.columns),
        rows=scrambled(basis.rows),
    )
    warm = api.solve(before.problem, OPTIONS, start=bad).decision
    assert same_in_the_gap(warm, before.decision)


def test_cycles_solved_without_prices_leave_nothing() -> None:
    assert api.left_of(solved(Recipe(lines=50))) is None
    assert api.left_of(solved(Recipe(lines=50, tier_mode=TierMode.STRICT))) is None


def problem_of(drawn: Drawn) -> api.Problem:
    return api.intake(drawn.facts(), drawn.policy)


@given(seeds=st.tuples(st.integers(1, 999), st.integers(1, 999)), lines=st.integers(1200, 1400))
@settings(max_examples=6, deadline=None)
def test_a_start_from_any_cycle_changes_neither_status_nor_worth(
    seeds: tuple[int, int], lines: int
) -> None:
    first, second = (solved(Recipe(lines=lines, seed=seed)) for seed in seeds)
    for left in (api.left_of(first), api.left_of(second)):
        assert left is not None
        again = api.solve(second.problem, OPTIONS, start=left).decision
        assert same_in_the_gap(again, second.decision)


@given(drawn=cycles())
@settings(max_examples=60, deadline=None)
def test_every_block_says_what_it_is_about_by_keys_that_have_names(drawn: Drawn) -> None:
    problem = problem_of(drawn)
    model = api.write(problem)
    sizes = {about: len(names_of(problem, about)) for about in About if about is not About.ARCS}
    sizes[About.ARCS] = len(problem.arcs)
    for block in (*model.column_blocks, *model.row_blocks):
        assert isinstance(block.about, About), (block.family, block.name)
        assert block.keys.max() < sizes[block.about]
    for about in About:
        if about is not About.ARCS:
            names = names_of(problem, about)
            assert len(set(names)) == len(names)
