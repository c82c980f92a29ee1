"""The nodes of a cluster decide what one machine decides, to the last bit, also where some end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from fairlead import wire
from fairlead_scenarios.recipe.generator import Recipe
from fairlead_solver.api import allocation as api
from fairlead_solver.model.engines.engine import Engine, Limits, run
from fairlead_solver.model.engines.mathopt import EngineError, Raw
from fairlead_solver.model.execution.executor import Crew, Programs, Threads
from fairlead_solver.model.execution.ray_executor import Cluster, ClusterLost
from fairlead_solver.model.execution.warm_programs import Answers, Shape, Share
from fairlead_solver.model.program.draft import Floats, Model
from tests.cluster.nodes import Nodes
from tests.solver.model.cycles import Recipe as Drawn
from tests.solver.model.cycles import cycle

RECIPE = Recipe(seed=5, lines=1500, capacity_tightness=0.8, contracts_per_line=0.01)
OPTIONS = api.Options(relative_gap=1e-3)


def problem() -> api.Problem:
    return api.intake(wire.facts_of(RECIPE.cycle()), wire.policy_of(RECIPE.policy()))


def decided(crew: Crew) -> tuple[str, int | None, int | None]:
    """Digest, objective and bound of the recipe's decision."""
    decision = api.solve(problem(), OPTIONS, crew=crew).decision
    return decision.digest, decision.objective_micros, decision.bound_micros


@dataclass
class Watched:
    """A crew that does its work, and calls `at` before the third round of every set of programs."""

    crew: Crew
    at: Callable[[], None]

    def map(self, work: Callable[[object], object], items: Iterable[object]) -> list[object]:
        return self.crew.map(work, items)

    def programs(self, models: Sequence[Model], seed: int) -> Programs:
        return _Rounds(self.crew.programs(models, seed), self.at)


class _Rounds:
    def __init__(self, programs: Programs, at: Callable[[], None]) -> None:
        self._programs = programs
        self._at = at
        self._rounds = 0

    def solve(self, costs: Sequence[Floats]) -> list[Raw]:
        self._rounds += 1
        if self._rounds == 3:
            self._at()
        return self._programs.solve(costs)


def node_of(item: int) -> str:
    import ray

    return f"{item} {ray.get_runtime_context().get_node_id()}"


def refused(item: int) -> int:
    raise EngineError(f"cannot do {item}")


def optimum(model: Model) -> float:
    return run(model, Engine.HIGHS, Limits(relative_gap=1e-3)).objective


def test_a_share_answers_what_its_programs_answer_one_by_one() -> None:
    models = [cycle(Drawn(lines=60, seed=seed)) for seed in range(3)]
    share, programs = Share(models, 1), Threads().programs(models, 1)
    rng = np.random.default_rng(1)
    for _ in range(3):
        costs = [model.cost * rng.uniform(0.5, 1.5, model.num_columns) for model in models]
        told = share.solve(np.concatenate(costs)).raws(Shape.of(models))
        for mine, alone in zip(told, programs.solve(costs), strict=True):
            assert mine.x is not None and alone.x is not None
            assert mine.duals is not None and alone.duals is not None
            assert mine.x.tolist() == alone.x.tolist()
            assert mine.duals.tolist() == alone.duals.tolist()
            assert (mine.end, mine.bound) == (alone.end, alone.bound)


def test_what_a_kernel_has_no_answer_to_stays_without_one() -> None:
    models = [cycle(Drawn(lines=20, seed=seed)) for seed in range(2)]
    raws = Threads().programs(models, 1).solve([model.cost for model in models])
    nothing = Raw(raws[0].end, None, None, 7.0)
    told = Answers.of([nothing, raws[1]], models).raws(Shape.of(models))
    assert told[0].x is None
    assert told[0].duals is None
    assert told[0].bound == 7.0
    assert told[1].x is not None and raws[1].x is not None
    assert told[1].x.tolist() == raws[1].x.tolist()


@pytest.mark.slow
def test_a_cluster_decides_what_any_number_of_threads_decides(nodes: Nodes) -> None:
    with api.crew_at(nodes.address) as crew:
        assert crew is not None
        on_cluster = decided(crew)
    assert on_cluster[0]
    assert on_cluster == decided(Threads(1)) == decided(Threads(2))


@pytest.mark.slow
def test_pieces_and_shares_are_spread_over_the_nodes_and_answers_keep_their_order(
    nodes: Nodes,
) -> None:
    with api.crew_at(nodes.address) as crew:
        assert crew is not None
        told = [text.split() for text in crew.map(node_of, range(40))]
        assert [int(number) for number, _ in told] == list(range(40))
        assert len({node for _, node in told}) == 2
        models = [cycle(Drawn(lines=60, seed=seed)) for seed in range(5)]
        costs = [model.cost for model in models]
        spread = crew.programs(models, 1).solve(costs)
    alone = Threads().programs(models, 1).solve(costs)
    assert [raw.bound for raw in spread] == [raw.bound for raw in alone]


@pytest.mark.slow
def test_what_a_piece_raises_is_raised_here_and_the_crew_goes_on(nodes: Nodes) -> None:
    with api.crew_at(nodes.address) as crew:
        assert crew is not None
        with pytest.raises(EngineError, match="cannot do 3"):
            crew.map(refused, [3])
        models = [cycle(Drawn(lines=60))]
        assert crew.map(optimum, models) == Threads().map(optimum, models)


@pytest.mark.slow
def test_a_node_that_dies_in_mid_solve_changes_nothing(unstarted: Nodes) -> None:
    unstarted.head()
    other = unstarted.join()
    ended: list[int] = []

    def power_cut() -> None:
        if not ended:
            unstarted.kill(other)
            ended.append(other.pid)

    with api.crew_at(unstarted.address) as crew:
        assert crew is not None
        after = decided(Watched(crew, power_cut))
    assert ended
    assert after == decided(Threads(1))


@pytest.mark.slow
def test_a_cluster_without_a_node_left_is_one_error_and_the_next_solve_works(
    unstarted: Nodes,
) -> None:
    unstarted.head(processors=0)
    with api.crew_at(unstarted.address) as crew:
        assert crew is not None
        with pytest.raises(ClusterLost, match="no node with a processor"):
            decided(crew)
    only = unstarted.join()

    def power_cut() -> None:
        if only in unstarted.running:
            unstarted.kill(only)

    with api.crew_at(unstarted.address) as crew:
        assert crew is not None
        with pytest.raises(ClusterLost, match="no node with a processor"):
            decided(Watched(crew, power_cut))
    unstarted.join()
    with api.crew_at(unstarted.address) as crew:
        assert isinstance(crew, Cluster)
        assert decided(crew) == decided(Threads(1))
