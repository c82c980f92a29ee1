"""What is had for many parts at once is what each of them gives alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.allocation.decision.cash_columns import with_cash
from fairlead_solver.allocation.explain.evidence.evidence import Case, case_of
from fairlead_solver.allocation.explain.variants.edited_problem import program, with_facts
from fairlead_solver.allocation.explain.variants.shifted_stock import with_quantities
from fairlead_solver.api import allocation as api
from fairlead_solver.model.program.draft import Model
from fairlead_solver.model.program.layout import same_layout
from fairlead_solver.model.resolve.baseline import AsDecided
from fairlead_solver.model.resolve.neighbourhoods import Effort, Parts, Scopes
from fairlead_solver.model.resolve.outcomes import Relaxed, State
from fairlead_solver.model.resolve.parallel_branching import branched
from fairlead_solver.model.resolve.reoptimizer import Again
from fairlead_solver.model.resolve.subproblems import Beside, Copies
from fairlead_solver.tables import Floats, Ints
from tests.reference.test_agreement import drawn_cycles
from tests.strategies import Drawn, cycles

EXACTLY = api.Options(relative_gap=0.0)


def decided(drawn: Drawn) -> tuple[Case, Parts, Floats] | None:
    """A cycle with its plan and the program's columns; None where it has none, or no arc."""
    problem = api.intake(drawn.facts(), drawn.policy)
    solved = api.solve(problem, EXACTLY)
    plan = solved.decision.plan
    if plan is None or not len(problem.arcs):
        return None
    model = with_cash(problem, solved.model)
    case = case_of(problem, model, plan, proven=True)
    return case, Parts(model, len(problem.arcs)), solved.decision.columns


def around_lots(case: Case, parts: Parts) -> tuple[Ints, Scopes]:
    """Lots with an arc, and the part around each."""
    lots, first = np.unique(case.problem.arcs.lot, return_index=True)
    scopes = parts.around(first.astype(np.int64), np.arange(len(lots)), Effort(len(lots), 0, 0))
    return lots.astype(np.int64), scopes


def same(one: Copies, other: Copies) -> bool:
    a, b = one.model, other.model
    return (
        np.array_equal(a.lower, b.lower)
        and np.array_equal(a.upper, b.upper)
        and np.array_equal(a.row_lower, b.row_lower)
        and np.array_equal(a.row_upper, b.row_upper)
        and (a.matrix != b.matrix).nnz == 0
        and np.array_equal(a.cost, b.cost)
    )


@settings(max_examples=60)
@given(cycles(), st.integers(1, 12))
def test_lots_changed_in_one_program_are_as_if_each_were_changed_alone(
    drawn: Drawn, more: int
) -> None:
    found = decided(drawn)
    if found is None:
        return
    case, parts, x = found
    lots, scopes = around_lots(case, parts)
    model = case.limits.model
    held = case.problem.facts.lots.quantity[lots] + more + np.arange(len(lots))
    free = scopes.copies(Beside.of(model, x))
    together = with_quantities(case, free, np.arange(len(lots)), lots, held)
    if together is None:
        return
    for k, lot in enumerate(lots.tolist()):
        quantity = case.problem.facts.lots.quantity.copy()
        quantity[lot] = held[k]
        changed = program(with_facts(case.problem, "lots", quantity=quantity))
        assert same_layout(model, changed)
        at = np.array([k])
        assert same(together.only(at), scopes.only(at).copies(Beside.of(changed, x))), lot


def open_copies(drawn: Drawn) -> tuple[Copies, Relaxed] | None:
    """What the relaxation leaves open of every line's part, with one more pack forced for it."""
    found = decided(drawn)
    if found is None:
        return None
    case, parts, x = found
    arcs = case.problem.arcs
    lines, counts = np.unique(arcs.line, return_counts=True)
    part = np.repeat(np.arange(len(lines)), counts)
    scopes = parts.around(np.arange(len(arcs)), part, Effort(len(lines), 1000, 10_000))
    free = scopes.copies(Beside.of(case.limits.model, x))
    if not free.money_first():
        return None
    own = np.flatnonzero(free.column < len(arcs))
    own = own[arcs.line[free.column[own]] == lines[free.part[own]]]
    least = case.given[lines] // case.problem.line.pack[lines] + 1.0
    forced = free.with_least(own, np.ones(len(own)), least)
    bound = Again().relaxed(forced)
    left = np.flatnonzero(~bound.attained)
    return forced.only(left), bound.of(forced, left)


@settings(max_examples=80)
@given(cycles())
def test_what_is_branched_side_by_side_is_what_an_engine_finds(drawn: Drawn) -> None:
    found = open_copies(drawn)
    if found is None or not found[0].count:
        return
    copies, root = found
    again = Again()
    ours = again.exact(copies, root)
    theirs = again.exact(copies)
    known = (ours.state != State.OPEN) & (theirs.state != State.OPEN)
    assert np.array_equal(ours.state[known], theirs.state[known])
    closed = known & (ours.state == State.CLOSED)
    one, other = (copies.worths(o.x)[closed, -1] for o in (ours, theirs))
    assert np.allclose(one, other, rtol=2e-9, atol=4.0)


def test_copies_are_really_branched_and_some_are_found_to_have_no_plan() -> None:
    """Guards the test above: it must not compare the engine with itself."""
    relax = partial(Again().relaxed, may_be_empty=True)
    found = [open_copies(drawn) for drawn in drawn_cycles(cycles(), 150)]
    states = [branched(*one, relax).state for one in found if one is not None and one[0].count]
    count = np.bincount(np.concatenate(states), minlength=len(State))
    assert count[State.CLOSED] > 4 and count[State.INFEASIBLE] > 10
    assert count[State.OPEN] < 0.3 * count.sum()


@settings(max_examples=60)
@given(cycles(), st.integers(1, 6))
def test_a_lot_seen_to_earn_nothing_by_duals_earns_nothing(drawn: Drawn, more: int) -> None:
    found = decided(drawn)
    if found is None:
        return
    case, parts, x = found
    lots, scopes = around_lots(case, parts)
    model, again = case.limits.model, Again()
    free = scopes.copies(Beside.of(model, x))
    held = case.problem.facts.lots.quantity[lots] + more
    looser = with_quantities(case, free, np.arange(len(lots)), lots, held)
    if looser is None or not free.money_first():
        return
    every = np.arange(len(lots))
    now, most = AsDecided.of(scopes, Beside.of(model, x), again, every, looser)
    nothing = np.flatnonzero(now.reaches(every, most))
    after, before = again.best(looser.only(nothing)), again.best(free.only(nothing))
    both = (after.state == State.CLOSED) & (before.state == State.CLOSED)
    gain = looser.only(nothing).worths(after.x) - free.only(nothing).worths(before.x)
    assert (gain[both, -1] <= 2.0 + 2e-9 * np.abs(before.x).max(initial=1.0)).all()


def test_bug_a_row_with_no_whole_number_between_its_sides_is_no_error_but_no_plan() -> None:
    """2 n >= 3 and 2 n <= 3: rounded inwards the sides cross, which engines refuse."""
    whole = np.zeros(1, dtype=np.int64)
    model = Model(
        lower=np.zeros(1),
        upper=np.full(1, 9.0),
        cost=np.ones(1),
        integer=np.ones(1, dtype=np.bool_),
        row_lower=np.full(1, 3.0),
        row_upper=np.full(1, 3.0),
        matrix=sp.csr_array(np.full((1, 1), 2.0)),
    )
    one = Copies(model, 1, whole, whole, whole, whole)
    found = Again().relaxed(one, may_be_empty=True)
    assert found.empty.tolist() == [True] and found.attained.tolist() == [False]
    assert Again().best(one).state.tolist() == [State.INFEASIBLE]
    assert Again().exact(one).state.tolist() == [State.INFEASIBLE]


def test_bug_a_looser_copy_of_one_with_crossed_sides_is_bounded_all_the_same() -> None:
    """As above, with more room: only its duals are wanted, and any duals give true bounds."""
    whole = np.zeros(1, dtype=np.int64)
    model = Model(
        lower=np.zeros(1),
        upper=np.full(1, 9.0),
        cost=np.ones(1),
        integer=np.ones(1, dtype=np.bool_),
        row_lower=np.full(1, 3.0),
        row_upper=np.full(1, 3.0),
        matrix=sp.csr_array(np.full((1, 1), 2.0)),
    )
    one = Copies(model, 1, whole, whole, whole, whole)
    looser = replace(one, model=replace(model, row_upper=np.full(1, 5.0)))
    now, most = Again().bounds_of_looser(one, looser, whole)
    assert now[0] >= 0 and most[0] >= 2.0  # of n = 2 is the plan of the looser one
