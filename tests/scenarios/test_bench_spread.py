"""Several cycles, seeds and repeats; own cycles; what is written beside the figures."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from typing import Any

import pytest

from fairlead_scenarios.benchmarking.spread import (
    means,
    profiles,
    shifted_geometric_mean,
    spreads,
    times_to_gap,
    typical,
)
from fairlead_scenarios.benchmarking.task import Contender, Ending, Point, Run
from tests.scenarios.commands import LIBRARY, fairlead

OURS, HIGHS, SCIP = Contender.FAIRLEAD, Contender.HIGHS, Contender.SCIP


def run(
    engine: Contender,
    seconds: float | None,
    *,
    lines: int = 10,
    seed: int | None = 1,
    repeat: int = 1,
    cycle: str = "",
    status: Ending = Ending.OPTIMAL,
) -> Run:
    return Run(
        engine=engine,
        lines=lines,
        seconds=seconds,
        seed=seed,
        repeat=repeat,
        cycle=cycle,
        status=status,
    )


def test_the_spread_is_over_seeds_and_repeats_of_one_size() -> None:
    runs = [run(OURS, float(n), seed=n) for n in (3, 1, 2)] + [run(OURS, 9.0, lines=20)]
    (spread,) = spreads(runs)
    assert (spread.runs, spread.done) == (3, 3)
    assert (spread.least, spread.median, spread.most) == (1.0, 2.0, 3.0)


def test_a_run_that_was_stopped_is_counted_and_has_no_seconds_in_the_spread() -> None:
    stopped = run(OURS, 60.0, repeat=2, status=Ending.FEASIBLE_LIMIT)
    (spread,) = spreads([run(OURS, 1.0), stopped])
    assert (spread.runs, spread.done, spread.most) == (2, 1, 1.0)


def test_the_typical_run_is_that_of_the_median() -> None:
    found = typical([run(OURS, s, repeat=n) for n, s in enumerate((5.0, 1.0, 3.0), 1)])
    assert [one.seconds for one in found] == [3.0]


def test_the_shifted_geometric_mean_by_hand() -> None:
    assert shifted_geometric_mean([0.0, 3.0]) == pytest.approx(math.sqrt(1 * 4) - 1)


def test_a_cycle_that_was_not_done_counts_the_limit_in_the_mean() -> None:
    runs = [run(OURS, 0.0), run(OURS, 99.0, seed=2, status=Ending.FEASIBLE_LIMIT)]
    (mean,) = means(runs, limit_seconds=3.0)
    assert (mean.cycles, mean.done) == (2, 1)
    assert mean.seconds == pytest.approx(1.0)


def test_one_cycle_has_no_mean_and_no_profile() -> None:
    assert not means([run(OURS, 1.0), run(HIGHS, 2.0)], 10.0)
    assert not profiles([run(OURS, 1.0), run(HIGHS, 2.0)])


def test_profiles_by_hand() -> None:
    runs = [
        run(OURS, 1.0),
        run(HIGHS, 4.0),
        run(OURS, 6.0, seed=2),
        run(HIGHS, 2.0, seed=2),
        run(OURS, 1.0, seed=3),
        run(HIGHS, 9.0, seed=3, status=Ending.FEASIBLE_LIMIT),
    ]
    ours, highs = profiles(runs)
    assert [ours.at(f) for f in (1, 2, 3, 4)] == pytest.approx([2 / 3, 2 / 3, 1, 1])
    assert [highs.at(f) for f in (1, 3, 4, 100)] == pytest.approx([1 / 3, 1 / 3, 2 / 3, 2 / 3])


def test_floors_are_in_no_mean() -> None:
    floor = run(Contender.COLD_PASS, 1.0, status=Ending.MEASURED)
    assert {m.engine for m in means([run(OURS, 1.0), run(OURS, 2.0, seed=2), floor], 9.0)} == {OURS}


def test_the_time_to_a_gap_is_that_of_the_first_point_within_it() -> None:
    one = run(OURS, 3.0)
    one.points = [
        Point(seconds=1.0, bound=110.0),
        Point(seconds=2.0, objective=100.0, bound=105.0),
        Point(seconds=3.0, objective=100.0, bound=100.5),
    ]
    assert [t.seconds for t in times_to_gap([one])] == [2.0, 3.0, None]


def benched(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    file = folder / "bench.json"
    done = fairlead("bench", "--json", file, "--time-limit", "60", *arguments)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_own_cycles_are_measured_by_their_names(tmp_path: Path) -> None:
    names = ("02_supply_short", "24_all_pull")
    found = benched(
        tmp_path,
        *(LIBRARY / name for name in names),
        *("--engines", "fairlead,scip", "--repeats", "2", "--mps", tmp_path / "mps"),
    )
    assert {run["cycle"] for run in found["runs"]} == set(names)
    assert len(found["runs"]) == 2 * 2 * 2
    assert all(run["status"] == "optimal" for run in found["runs"])
    objectives = {run["objective"] for run in found["runs"] if run["cycle"] == names[1]}
    assert objectives == {4792.0}
    assert {mean["engine"] for mean in found["means"]} == {"fairlead", "scip"}
    assert {profile["engine"] for profile in found["profiles"]} == {"fairlead", "scip"}
    assert not found["growth"]  # cycles of different kinds say nothing of growth
    programs = sorted(path.name for path in (tmp_path / "mps").iterdir())
    assert programs == [f"{name}.mps" for name in names]


def test_an_own_cycle_that_is_wrong_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    bad = tmp_path / "cycle.yaml"
    text = (LIBRARY / "02_supply_short" / "cycle.yaml").read_text(encoding="utf-8")
    bad.write_text(text.replace("quantity: 20", "quantity: -5"), encoding="utf-8")
    done = fairlead("bench", bad, "--json", tmp_path / "bench.json")
    assert done.exit_code == 2 and "-5" in done.stderr
    assert not (tmp_path / "bench.json").exists()


def test_seeds_make_different_cycles_and_versions_and_parameters_are_recorded(
    tmp_path: Path,
) -> None:
    found = benched(
        tmp_path, "--lines", "60", "--seeds", "3,4", "--engines", "fairlead,highs", "--gap", "1e-3"
    )
    assert sorted({run["seed"] for run in found["runs"]}) == [3, 4]
    ours = [run["objective"] for run in found["runs"] if run["engine"] == "fairlead"]
    assert ours[0] != ours[1]
    assert found["machine"]["engines"].keys() == {"highs", "scip", "cp_sat", "glop"}
    assert found["runs"][0]["parameters"]["gap"] == "0.001"
    assert all(run["points"][-1]["objective"] == run["objective"] for run in found["runs"])


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="needs the extra plot")
def test_a_picture_has_no_empty_axes_and_a_profile_where_there_is_one(tmp_path: Path) -> None:
    single, several = tmp_path / "one.svg", tmp_path / "several.svg"
    benched(tmp_path, "--lines", "40", "--engines", "codec", "--plot", single)
    assert "Gap proven" not in single.read_text(encoding="utf-8")
    benched(
        tmp_path,
        *("--lines", "40", "--seeds", "1,2", "--engines", "fairlead,scip", "--plot", several),
    )
    drawn = several.read_text(encoding="utf-8")
    assert "Gap proven" in drawn and "Share of cycles done" in drawn
