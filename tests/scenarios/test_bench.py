"""The benchmark writes comparable runs: same cycles, objectives that agree within the gap."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fairlead_scenarios.benchmarking.figures import growths, ratios
from fairlead_scenarios.benchmarking.goals import verdicts
from fairlead_scenarios.benchmarking.isolated_process import prepare_apart, run_apart
from fairlead_scenarios.benchmarking.task import Contender, Ending, Run, Task
from fairlead_scenarios.recipe.generator import Recipe
from fairlead_scenarios.running.process_memory import MemoryWatch, cpu_seconds
from tests.scenarios.commands import fairlead

GAP = 1e-3
FIELDS = {"engine", "lines", "seconds", "gap", "objective", "bound", "peak_memory_bytes", "status"}
MIB = 2**20


def benched(file: Path, *arguments: str | Path) -> dict[str, Any]:
    asked = ("bench", "--gap", str(GAP), "--time-limit", "120", "--json", file)
    done = fairlead(*asked, *arguments)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_engines_agree_within_the_gap_and_every_run_has_its_figures(tmp_path: Path) -> None:
    names = "fairlead,service,highs,scip,pyomo"
    document = benched(tmp_path / "bench.json", "--lines", "120", "--engines", names)
    runs = document["runs"]
    assert [run["engine"] for run in runs] == names.split(",")
    for run in runs:
        assert run.keys() >= FIELDS
        assert run["status"] == "optimal" and run["lines"] == 120
        assert run["gap"] <= GAP * (1 + 1e-6) and run["peak_memory_bytes"] > 50 * MIB
        assert run["seconds"] > 0 and run["cpu_seconds"] >= 0
    best = max(run["objective"] for run in runs)
    assert all(run["bound"] >= best for run in runs)
    assert document["ratios"][0]["faster_than_whole"] > 0
    assert document["ratios"][0]["best_whole"] in names


def test_cp_sat_takes_the_same_cycle_and_its_bound_is_true(tmp_path: Path) -> None:
    document = benched(
        tmp_path / "bench.json", "--lines", "300", "--engines", "fairlead,cp_sat", "--gap", "0.01"
    )
    ours, theirs = document["runs"]
    assert theirs["status"] == "optimal", theirs["note"]
    assert theirs["bound"] >= ours["objective"]
    assert ours["bound"] >= theirs["objective"]


def test_floors_are_measured_without_a_decision(tmp_path: Path) -> None:
    document = benched(
        tmp_path / "bench.json", "--lines", "300", "--engines", "fairlead,cold_pass,codec"
    )
    ours, cold, codec = document["runs"]
    assert (cold["status"], codec["status"]) == ("measured", "measured")
    assert cold["objective"] is None and cold["bound"] >= ours["objective"]
    assert codec["phases"]["read"] + codec["phases"]["encode"] == codec["seconds"]
    ratio = document["ratios"][0]
    assert ratio["times_cold_pass"] == ours["seconds"] / cold["seconds"]
    assert ratio["times_codec"] == ours["seconds"] / codec["seconds"]


def test_the_next_cycle_is_measured_from_nothing_and_from_this_one(tmp_path: Path) -> None:
    document = benched(
        tmp_path / "bench.json", "--lines", "3000", "--engines", "warm_start", "--gap", "0.001"
    )
    (run,), (ratio,) = document["runs"], document["ratios"]
    assert (run["status"], run["note"]) == ("optimal", "")
    assert run["recomputed_bound"] >= run["objective"]
    assert ratio["warm_over_anew"] == run["seconds"] / run["anew_seconds"]
    assert ratio["warm_over_anew_cpu"] == run["cpu_seconds"] / run["anew_cpu_seconds"]


def test_the_service_goes_through_every_phase(tmp_path: Path) -> None:
    document = benched(tmp_path / "bench.json", "--lines", "150", "--engines", "service")
    run = document["runs"][0]
    assert all(seconds > 0 for seconds in run["phases"].values())
    parts = sum(seconds for name, seconds in run["phases"].items() if name not in ("build", "rows"))
    assert run["seconds"] == pytest.approx(parts)
    ratio = document["ratios"][0]
    assert ratio["explain_over_solve"] > 0
    more = run["phases"]["rows"] / run["phases"]["solve"]
    assert ratio["service_in_rows_over_solve"] == pytest.approx(ratio["service_over_solve"] + more)


def test_a_recipe_file_and_options_over_it_make_the_cycle(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("lines: 80\ntiers: 2\nlocations: 3\n", encoding="utf-8")
    document = benched(
        tmp_path / "bench.json",
        *("--recipe", tmp_path / "recipe.yaml", "--tiers", "4", "--tier-mode", "STRICT"),
        *("--engines", "fairlead"),
    )
    recipe, run = document["recipe"], document["runs"][0]
    assert (recipe["tiers"], recipe["locations"], recipe["tier_mode"]) == (4, 3, "STRICT")
    assert (run["lines"], run["status"]) == (80, "optimal")


def test_small_orders_are_answered_under_load(tmp_path: Path) -> None:
    document = benched(
        tmp_path / "load.json",
        *("--load", "12", "--load-lines", "5", "--clients", "1,2", "--levels", "none,exact"),
    )
    assert document["runs"] == []
    rows = document["load"]
    assert [(row["explanation"], row["clients"]) for row in rows] == [
        ("none", 1),
        ("none", 2),
        ("exact", 1),
        ("exact", 2),
    ]
    for row in rows:
        assert (row["calls"], row["errors"], row["lines"]) == (12, 0, 5)
        assert 0 < row["median_ms"] <= row["p95_ms"] <= row["p99_ms"]
        assert row["calls_per_second"] == pytest.approx(12 / row["seconds"])
    assert document["goals"] == []  # orders of 5 lines say nothing of those of 10


@pytest.mark.parametrize(
    "arguments",
    [
        ("--engines", "abacus"),
        ("--lines", "some"),
        ("--lines", "0"),
        ("--levels", "most", "--load", "1"),
        ("--clients", "0", "--load", "1"),
        ("--tiers", "27"),
        ("--recipe", "nowhere.yaml"),
        ("--again", "nowhere.json"),
        ("--plot", "picture.txt"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments: tuple[str, ...]) -> None:
    assert fairlead("bench", *arguments).exit_code == 2


def test_a_run_above_its_memory_is_ended_and_told(tmp_path: Path) -> None:
    cycle = tmp_path / "request.binpb"
    prepare_apart(Recipe(lines=50), cycle)
    task = Task(engine=Contender.FAIRLEAD, lines=50, cycle=cycle, gap=GAP, time_limit=20)
    run = run_apart(task, 10 * MIB)
    assert run.status is Ending.OUT_OF_MEMORY
    assert run.peak_memory_bytes is not None and run.peak_memory_bytes > 10 * MIB


def test_a_run_that_fails_says_why_and_ends_the_command_with_an_error(tmp_path: Path) -> None:
    cycle = tmp_path / "request.binpb"
    cycle.write_bytes(b"no request")
    task = Task(engine=Contender.HIGHS, lines=50, cycle=cycle, gap=GAP, time_limit=20)
    run = run_apart(task, 2**40)
    assert run.status is Ending.FAILED
    assert "DecodeError" in run.note


def test_memory_and_time_of_children_are_counted() -> None:
    hold = "a = bytearray(60 << 20); sum(range(3_000_000)); print(flush=True); input()"
    child = f"import subprocess,sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        watch = MemoryWatch(process.pid)
        assert watch.look() > 60 * MIB
        assert cpu_seconds(process.pid) > 0
        process.stdin.close()
    assert watch.peak_bytes > 60 * MIB
    assert cpu_seconds(os.getpid()) > 0


def run_of(engine: Contender, lines: int, seconds: float, status: Ending = Ending.OPTIMAL) -> Run:
    return Run(
        engine=engine,
        lines=lines,
        status=status,
        seconds=seconds,
        cpu_seconds=2 * seconds,
        gap=GAP,
        peak_memory_bytes=100 * MIB + 1000 * lines,
    )


def test_growth_is_the_slope_on_logarithms_of_the_runs_that_were_done() -> None:
    runs = [run_of(Contender.FAIRLEAD, n, 0.001 * n**1.25) for n in (1000, 4000, 16000)]
    slow = run_of(Contender.FAIRLEAD, 64000, 9e9, Ending.FEASIBLE_LIMIT)
    (growth,) = growths([*runs, slow, run_of(Contender.HIGHS, 1000, 1.0)])
    assert growth.seconds_exponent == pytest.approx(1.25)
    assert growth.bytes_per_line == pytest.approx(1000)
    assert (growth.from_lines, growth.to_lines) == (1000, 16000)


def test_small_sizes_do_not_count_where_there_are_two_large_ones() -> None:
    sizes = ((100, 5.0), (10_000, 1.0), (40_000, 4.0))
    (growth,) = growths([run_of(Contender.FAIRLEAD, lines, s) for lines, s in sizes])
    assert growth.seconds_exponent == pytest.approx(1.0)
    assert growth.from_lines == 10_000


def test_an_engine_stopped_at_its_limit_gives_a_ratio_at_least() -> None:
    ours = run_of(Contender.FAIRLEAD, 1000, 2.0)
    stopped = run_of(Contender.HIGHS, 1000, 60.0, Ending.FEASIBLE_LIMIT)
    done = run_of(Contender.SCIP, 1000, 80.0)
    (least,) = ratios([ours, stopped])
    assert (least.faster_than_whole, least.at_least) == (30.0, True)
    (exact,) = ratios([ours, stopped, done])
    assert (exact.best_whole, exact.faster_than_whole) == (Contender.SCIP, 40.0)
    assert not exact.at_least
    assert exact.faster_than_whole_cpu == 40.0


def test_the_recomputed_bound_holds_and_is_near_to_the_proven_one(tmp_path: Path) -> None:
    document = benched(tmp_path / "bench.json", "--lines", "3000", "--engines", "fairlead")
    run = document["runs"][0]
    assert run["recomputed_bound"] >= run["objective"]
    assert run["recomputed_bound"] == pytest.approx(run["bound"], rel=1e-4)


def test_tiers_before_money_have_no_recomputed_bound(tmp_path: Path) -> None:
    document = benched(
        tmp_path / "bench.json",
        *("--lines", "60", "--engines", "fairlead", "--tier-mode", "STRICT"),
    )
    assert document["runs"][0]["recomputed_bound"] is None


def test_goals_are_judged_by_what_was_measured_and_by_nothing_else() -> None:
    sizes = (10_000, 200_000)
    ours = [run_of(Contender.FAIRLEAD, n, 2e-4 * n) for n in sizes]
    runs = [
        *ours,
        run_of(Contender.HIGHS, 10_000, 30.0),
        run_of(Contender.COLD_PASS, 200_000, 8.0, Ending.MEASURED),
    ]
    told = {v.goal: v for v in verdicts(ratios(runs), growths(runs), [])}
    speed = told.pop("10,000 lines: faster than the best whole engine")
    assert (speed.measured, speed.wanted, speed.met) == ("15.0×", "≥ 10.0×", True)
    floor = told.pop("200,000 lines: times one cold pass")
    assert (floor.measured, floor.met) == ("5.0×", False)
    growth = told.pop("time grows as lines to the power")
    assert (growth.measured, growth.met) == ("1.00", True)
    assert not told


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="needs the extra plot")
@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_figures_written_before_are_shown_and_drawn_again(tmp_path: Path, ending: str) -> None:
    file, picture = tmp_path / "bench.json", tmp_path / f"bench{ending}"
    benched(file, "--lines", "40,80", "--engines", "fairlead,codec")
    done = fairlead("bench", "--again", file, "--plot", picture)
    assert done.exit_code == 0, done.output
    assert "lines^" in done.output
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG" if ending == ".png" else b"<?xml")
    if ending == ".svg":
        assert b"decode and encode (limit)" in content
